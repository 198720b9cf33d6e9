import type { Page } from "@closebell/context";

/** A page of rows as a page of JSON. */
export const presentPage = <T, J>(
  page: Page<T>,
  present: (row: T) => J,
): { items: J[]; nextCursor: string | null } => ({
  items: page.items.map(present),
  nextCursor: page.nextCursor,
});
