import { SYSTEM_ACTORS } from "@closebell/context";
import { ApprovalRequired, decideApproval, type Deps } from "@closebell/database";
import { byOf } from "./house.ts";

/** Has a second person approve what `attempt` asks for; made again, it then does it. */
export const consentTo = async (deps: Deps, attempt: () => Promise<unknown>): Promise<void> => {
  const asked = await attempt().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(asked instanceof ApprovalRequired)) {
    throw new Error("it was to take two people", { cause: asked });
  }
  const by = { ...byOf(), actor: SYSTEM_ACTORS.chain };
  await decideApproval(deps, { by, approvalId: asked.approvalId, decision: "approve" });
};
