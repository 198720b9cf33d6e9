import { clockOffset, type Deps } from "@closebell/database";
import { clockFinding } from "@closebell/runtime";
import type { Pass } from "./pass.ts";

/** Says where PostgreSQL's clock and this host's are apart. Nothing else comes of it. */
export const clockPass = (deps: Pick<Deps, "database">, hostNow?: () => number): Pass => ({
  name: "clock",
  async work(_by, log) {
    const finding = clockFinding(await clockOffset(deps.database, hostNow));
    if (finding !== undefined) log.warn({}, `${finding}: see docs/runbooks/clock-off.md`);
  },
});
