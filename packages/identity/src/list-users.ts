import {
  decodeIdCursor,
  toPage,
  type ActorKind,
  type Page,
  type PageRequest,
} from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { and, desc, eq, lt } from "drizzle-orm";
import { users, type User } from "./user.ts";

/**
 * Users, newest first, keyset-paged by id; only those of one kind where `kind` is given.
 * @throws DomainError CURSOR_INVALID
 */
export const listUsers = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & { readonly kind?: ActorKind | undefined },
): Promise<Page<User>> => {
  const { database } = deps;
  const list = `users:${input.kind ?? ""}`;
  const before = input.cursor === undefined ? undefined : decodeIdCursor(list, input.cursor);
  const rows = await reachable(database.url, () =>
    database.orm
      .select()
      .from(users)
      .where(
        and(
          input.kind === undefined ? undefined : eq(users.kind, input.kind),
          before === undefined ? undefined : lt(users.id, before),
        ),
      )
      .orderBy(desc(users.id))
      .limit(input.limit + 1),
  );
  return toPage(list, rows, input.limit, (user) => [user.id]);
};
