import { decodeIdCursor, toPage, type Page, type PageRequest } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { and, desc, eq, lt } from "drizzle-orm";
import { apiKeys, type ApiKey } from "./api-key.ts";

/**
 * API keys, newest first, the revoked and expired too; only those of one user where `userId` is given.
 * @throws DomainError CURSOR_INVALID
 */
export const listApiKeys = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & { readonly userId?: string | undefined },
): Promise<Page<ApiKey>> => {
  const { database } = deps;
  const list = `api-keys:${input.userId ?? ""}`;
  const before = input.cursor === undefined ? undefined : decodeIdCursor(list, input.cursor);
  const rows = await reachable(database.url, () =>
    database.orm
      .select()
      .from(apiKeys)
      .where(
        and(
          input.userId === undefined ? undefined : eq(apiKeys.userId, input.userId),
          before === undefined ? undefined : lt(apiKeys.id, before),
        ),
      )
      .orderBy(desc(apiKeys.id))
      .limit(input.limit + 1),
  );
  return toPage(list, rows, input.limit, (key) => [key.id]);
};
