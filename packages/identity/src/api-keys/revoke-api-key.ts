import { DomainError, isUuid, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { apiKeyById, type ApiKey } from "./api-key.ts";

/**
 * Ends an API key for good; revoking it again changes nothing. With `userId`, only that user's keys are found.
 * @throws DomainError API_KEY_NOT_FOUND
 */
export const revokeApiKey = (
  deps: Deps,
  input: { readonly by: By; readonly apiKeyId: string; readonly userId?: string | undefined },
): Promise<ApiKey> =>
  transact(deps, async (work) => {
    const { by, apiKeyId: id, userId } = input;
    const found = isUuid(id) ? await apiKeyById(work.tx, id) : undefined;
    if (found === undefined || (userId !== undefined && found.userId !== userId)) {
      throw new DomainError("API_KEY_NOT_FOUND", `There is no API key ${id}. List them first.`);
    }
    const [changed] = await work.tx.execute(sql`
      update identity.api_key set revoked_at = identity.now(), revoked_by = ${by.actor.id}
      where id = ${id} and revoked_at is null returning id`);
    if (changed !== undefined) {
      const before = { name: found.name, userId: found.userId, scopes: found.scopes };
      await recordAudit(work, { by, action: "api-key.revoke", subject: id, before });
      work.emit({ type: "credential.revoked", id });
    }
    return (await apiKeyById(work.tx, id)) ?? found;
  });
