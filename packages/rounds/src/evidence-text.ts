import { hashEvidence } from "./oracle.ts";

/** What came back, as it is kept. `hash` is of every byte that came. */
export interface KeptText {
  readonly raw: string | null;
  readonly hash: string | null;
  /** The same text byte for byte, where it holds what PostgreSQL's text can't. */
  readonly rawBase64?: string;
  /** True where only its beginning is kept. */
  readonly truncated?: true;
}

/** The text as PostgreSQL can store it: a NUL and half a surrogate pair, which JSON may hold, become U+FFFD. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\u{FFFD}");

/** Keeps the first `limit` characters of what came back, and the hash of all of it. */
export const keepText = (raw: string | undefined, limit: number): KeptText => {
  if (raw === undefined) return { raw: null, hash: null };
  const begin = raw.slice(0, limit);
  const kept = storable(begin);
  return {
    raw: kept,
    hash: hashEvidence(raw),
    ...(kept === begin ? {} : { rawBase64: Buffer.from(begin, "utf8").toString("base64") }),
    ...(begin.length === raw.length ? {} : { truncated: true }),
  };
};
