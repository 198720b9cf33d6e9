import type { Page } from "@closebell/context";
import { table, type Column } from "../output/table.ts";
import type { Answer } from "../output/answer.ts";
import type { Terminal } from "../output/terminal.ts";

/** A page of a list, as JSON and as a table that says how to read on. */
export const pageAnswer = <T>(
  page: Page<T>,
  show: {
    readonly json: (row: T) => unknown;
    readonly columns: readonly Column<T>[];
    readonly none: string;
    readonly terminal: Terminal;
  },
): Answer => {
  const { json, columns, none, terminal } = show;
  const text = table(page.items, columns, { none, bold: (title) => terminal.bold(title) });
  const more = page.nextCursor === null ? "" : `\nMore: add --cursor ${page.nextCursor}`;
  return {
    json: { items: page.items.map(json), nextCursor: page.nextCursor },
    text: text + more,
  };
};
