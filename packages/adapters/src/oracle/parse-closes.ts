import { DomainError } from "@closebell/context";
import { isPositiveDecimal } from "./exact-decimal.ts";

/** One close of a file. */
export interface FileClose {
  /** "YYYY-MM-DD" */
  readonly date: string;
  /** Exact decimal, above zero, as written. */
  readonly price: string;
  /** Where it stands, counted from 1 with the header. */
  readonly line: number;
}

const HEADER = "date,close";

const refuse = (line: number, problem: string) =>
  new DomainError("VALIDATION_FAILED", `Line ${line}: ${problem}`, {
    errors: [{ pointer: `/${line}`, detail: problem }],
  });

const excerpt = (text: string) => JSON.stringify(text.slice(0, 40));

const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text);
    return true;
  } catch {
    return false;
  }
};

const parseLine = (text: string, line: number): FileClose => {
  const [date = "", price = "", ...rest] = text.split(",");
  if (rest.length > 0 || !text.includes(",")) {
    throw refuse(line, `expected "${HEADER}", found ${excerpt(text)}.`);
  }
  if (!isDate(date)) throw refuse(line, `${excerpt(date)} is no date of the form YYYY-MM-DD.`);
  if (!isPositiveDecimal(price)) {
    throw refuse(line, `${excerpt(price)} is no exact decimal above zero.`);
  }
  return { date, price, line };
};

/**
 * Reads closes from CSV: the header `date,close`, then one line a date, oldest first, each date once. A byte order mark,
 * CRLF and a newline at the end are taken; anything else that is not exactly this is refused.
 * @throws DomainError VALIDATION_FAILED, naming the line
 */
export const parseCloses = (text: string): readonly FileClose[] => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const [header = "", ...rows] = lines;
  if (header !== HEADER) {
    throw refuse(1, `the header must be "${HEADER}", found ${excerpt(header)}.`);
  }
  if (rows.length === 0) throw refuse(1, "no close follows the header.");
  let previous: FileClose | undefined;
  return rows.map((row, index) => {
    const close = parseLine(row, index + 2);
    if (previous !== undefined && close.date === previous.date) {
      throw refuse(close.line, `${close.date} stands in line ${previous.line} already.`);
    }
    if (previous !== undefined && close.date < previous.date) {
      throw refuse(
        close.line,
        `${close.date} comes after ${previous.date}; sort the file by date, oldest first.`,
      );
    }
    previous = close;
    return close;
  });
};
