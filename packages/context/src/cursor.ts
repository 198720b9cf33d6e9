import { z } from "zod";
import { DomainError } from "./domain-error.ts";
import { UUID } from "./ids.ts";

const envelope = z.strictObject({ l: z.string(), k: z.array(z.string()) });

/**
 * Encodes the last row's sort key of the page just read as an opaque cursor.
 * `list` names the list and whatever narrows it, so that a cursor can't be used on another.
 */
export const encodeCursor = (list: string, key: readonly string[]): string =>
  btoa(JSON.stringify({ l: list, k: key }))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const invalid = (cause?: unknown) =>
  new DomainError(
    "CURSOR_INVALID",
    "The cursor does not belong to this list. Start again without a cursor.",
    { cause },
  );

/** Forms of what sort keys are made of; whatever has one can be handed to PostgreSQL as that type. */
export const KEY = {
  bigint: /^[0-9]{1,18}$/,
  code: /^[A-Za-z0-9._-]{1,64}$/,
  uuid: UUID,
} as const;

/**
 * The sort key inside `cursor`, which must come from the same list and have a part of each of `forms`. A cursor is not
 * signed: anyone can write one, so its parts are looked at like any other input.
 * @throws DomainError CURSOR_INVALID
 */
export const decodeCursor = (
  list: string,
  forms: readonly RegExp[],
  cursor: string,
): readonly string[] => {
  let decoded: z.infer<typeof envelope>;
  try {
    decoded = envelope.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch (error) {
    throw invalid(error);
  }
  const fits =
    decoded.k.length === forms.length && forms.every((form, n) => form.test(decoded.k[n] ?? ""));
  if (decoded.l !== list || !fits) throw invalid();
  return decoded.k;
};

/**
 * The row id inside `cursor`, for a list that is sorted by a UUID alone.
 * @throws DomainError CURSOR_INVALID
 */
export const decodeIdCursor = (list: string, cursor: string): string => {
  const [id] = decodeCursor(list, [KEY.uuid], cursor);
  if (id === undefined) throw invalid();
  return id;
};

/** One page of a keyset-paged list; `nextCursor` is null on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Where to read on, and how many rows at most. */
export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Cuts a page out of `limit + 1` rows read: the extra row only says that there is more. */
export const toPage = <T>(
  list: string,
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly string[],
): Page<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, keyOf(last)) : null,
  };
};
