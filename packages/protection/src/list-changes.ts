import { decodeCursor, KEY, toPage, type Page, type PageRequest } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";

/** Something that was done to protect a player, by himself or by others. */
export interface ProtectionChange {
  readonly at: Temporal.Instant;
  readonly what:
    | "limit"
    | "limit-confirmed"
    | "time-out"
    | "self-exclusion"
    | "return"
    | "block"
    | "block-lifted"
    | "screening"
    | "screening-lifted";
  /**
   * Of a limit: `kind`, `period`, `amountMicroUsdc`, `beforeMicroUsdc`, and `countsFrom` or, of a looser one, `confirmFrom`; of
   * a restriction: `endsAt`, the end of its term; of a return: `endsAt`, when the exclusion is over.
   */
  readonly content: Readonly<Record<string, string | null>>;
  /** Whether he did it himself. */
  readonly own: boolean;
}

/**
 * What was done to protect a player, newest first, keyset-paged.
 * @throws DomainError USER_NOT_FOUND, CURSOR_INVALID
 */
export const listChanges = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & { readonly userId: string },
): Promise<Page<ProtectionChange>> => {
  const { id: userId } = await getPlayer(deps, input);
  const list = `protection:${userId}`;
  const { cursor, limit } = input;
  const before =
    cursor === undefined ? null : (decodeCursor(list, [KEY.bigint], cursor)[0] ?? null);
  const { orm, url } = deps.database;
  const rows = await reachable(url, () =>
    orm.execute<ProtectionChange & { readonly id: bigint } & Record<string, unknown>>(sql`
      select c.id, c.at, c.what, c.content, c.actor = c.user_id as own
      from protection.change c
      where c.user_id = ${userId}::uuid and (${before}::bigint is null or c.id < ${before}::bigint)
      order by c.id desc limit ${limit + 1}`),
  );
  const page = toPage(list, rows, limit, (row) => [row.id.toString()]);
  return {
    ...page,
    items: page.items.map(({ at, what, content, own }) => ({ at, what, content, own })),
  };
};
