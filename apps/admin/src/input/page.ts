import { wholeNumber } from "./arguments.ts";

export const LIMIT = "--limit <n>";
export const LIMIT_HELP = "rows at most, 1 to 1000 (default 20)";
export const CURSOR = "--cursor <cursor>";
export const CURSOR_HELP = "where the last page ended";

/** Reads `--limit`. */
export const limitArgument = wholeNumber(1, 1000);

/** The page asked for. */
export const pageOf = (options: {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}): { readonly limit: number; readonly cursor: string | undefined } => ({
  limit: options.limit ?? 20,
  cursor: options.cursor,
});
