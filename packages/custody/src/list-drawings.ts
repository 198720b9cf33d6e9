import { decodeIdCursor, toPage, type Page, type PageRequest } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { desc, lt } from "drizzle-orm";
import type { Drawing } from "./drawing.ts";
import { drawings } from "./tables.ts";

const LIST = "drawings";

/**
 * What was taken out, newest first, keyset-paged by id.
 * @throws DomainError CURSOR_INVALID
 */
export const listDrawings = async (
  { database }: Pick<Deps, "database">,
  { cursor, limit }: PageRequest,
): Promise<Page<Drawing>> => {
  const before = cursor === undefined ? undefined : decodeIdCursor(LIST, cursor);
  const rows = await reachable(database.url, () =>
    database.orm
      .select()
      .from(drawings)
      .where(before === undefined ? undefined : lt(drawings.id, before))
      .orderBy(desc(drawings.id))
      .limit(limit + 1),
  );
  return toPage(LIST, rows, limit, (drawing) => [drawing.id]);
};
