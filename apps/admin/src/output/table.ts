/** One column: its heading, and what it shows of a row. */
export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
}

const pad = (text: string, width: number, right: boolean): string => {
  const space = " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
  return right ? space + text : text + space;
};

/** Rows as aligned columns under their headings, or `none` where there are no rows. */
export const table = <T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  options: { readonly none: string; readonly bold: (text: string) => string },
): string => {
  if (rows.length === 0) return options.none;
  const cells = rows.map((row) => columns.map((column) => column.of(row)));
  const widths = columns.map(({ title }, n) =>
    Math.max(Bun.stringWidth(title), ...cells.map((line) => Bun.stringWidth(line[n] ?? ""))),
  );
  const write = (line: readonly string[]): string =>
    line
      .map((text, n) => pad(text, widths[n] ?? 0, columns[n]?.right === true))
      .join("  ")
      .trimEnd();
  return [options.bold(write(columns.map(({ title }) => title))), ...cells.map(write)].join("\n");
};

/** Names and values in two columns; an undefined value is left out. */
export const facts = (pairs: readonly (readonly [string, string | undefined])[]): string => {
  const shown = pairs.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => Bun.stringWidth(name)));
  return shown.map(([name, value]) => `${pad(name, width, false)}  ${value ?? ""}`).join("\n");
};
