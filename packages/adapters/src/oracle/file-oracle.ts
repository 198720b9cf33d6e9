import { readFile, stat } from "node:fs/promises";
import { DomainError } from "@closebell/context";
import { hashEvidence, OracleError, type Oracle } from "@closebell/rounds";
import { abortable, refuseAborted } from "./abortable.ts";
import { parseCloses } from "./parse-closes.ts";
import { regularClose } from "./regular-close.ts";

/** The file, or its text. A file may grow while the service runs: it is read again whenever it has changed. */
export type FileOracleOptions = ({ readonly path: string } | { readonly text: string }) & {
  /** Default "file". */
  readonly name?: string;
  readonly timezone?: string;
};

type Closes = ReadonlyMap<string, string>;

const readCloses = (text: string): Closes =>
  new Map(parseCloses(text).map((close) => [close.date, close.price]));

/** A file that someone is just writing to may end in half a price. */
const readWholeLines = (text: string): Closes => {
  if (text.endsWith("\n")) return readCloses(text);
  throw new OracleError(
    "malformed",
    "End the file of closes with a newline: its last line may be half written.",
  );
};

const closesOfFile = (path: string): (() => Promise<Closes>) => {
  let known: { readonly version: string; readonly closes: Closes } | undefined;
  return async () => {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    const version = `${ino}/${size}/${mtimeNs}`;
    if (known?.version !== version) {
      known = { version, closes: readWholeLines(await readFile(path, "utf8")) };
    }
    return known.closes;
  };
};

const asOracleError = (error: unknown): never => {
  if (error instanceof OracleError) throw error;
  if (error instanceof DomainError) {
    throw new OracleError("malformed", error.message, { cause: error });
  }
  throw new OracleError("unavailable", "The file of closes can't be read.", { cause: error });
};

/**
 * A source that answers from a CSV of closes, `date,close`, whatever the symbol: one file holds one symbol's. The
 * evidence is the line itself.
 */
export const fileOracle = (options: FileOracleOptions): Oracle => {
  const source = options.name ?? "file";
  const fromText = "text" in options ? readCloses(options.text) : undefined;
  const closes =
    "path" in options ? closesOfFile(options.path) : () => Promise.resolve(fromText ?? new Map());

  return {
    name: source,
    simulated: false,
    async closeOf(_symbol, day, signal) {
      refuseAborted(source, signal);
      const date = day.toString();
      const price = (await abortable(source, signal, closes().catch(asOracleError))).get(date);
      if (price === undefined)
        throw new OracleError("not-found", `No close for ${date} in the file.`);
      const raw = `${date},${price}`;
      const asOf = regularClose(day, options.timezone);
      return { price, date, asOf, source, raw, hash: hashEvidence(raw) };
    },
  };
};
