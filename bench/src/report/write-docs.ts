import { resolve } from "node:path";
import type { Row } from "./figure.ts";
import { cellsOf, TITLES } from "./show-table.ts";
import type { Circumstances } from "./write-results.ts";

const DOCUMENT = resolve(import.meta.dir, "../../../docs/performance.md");
const BEGIN = "<!-- results: written by `bun run bench --write-docs` -->";
const END = "<!-- end of results -->";

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** The results as the document shows them: on what, when, and the table. */
export const resultsText = (rows: readonly Row[], of: Circumstances): string => {
  const { machine, settings } = of;
  const shown = ["shared_buffers", "max_wal_size", "synchronous_commit", "fsync"];
  const configured = shown.map((name) => `\`${name}=${settings[name] ?? ""}\``).join(", ");
  const notes = rows.flatMap(({ name, reference, note }) =>
    note === null ? [] : [`- ${name}${reference === null ? "" : ` / ${reference}`}: ${note}.`],
  );
  return [
    `Measured ${of.date} in ${of.minutes} minutes, ${of.repetitions} repetitions, on ${machine.cores} cores (${machine.cpu}), ` +
      `${machine.memoryGb} GB, ${machine.system}, Bun ${machine.bun}.`,
    `${of.postgres.split(" on ")[0] ?? ""}: ${configured}. Medians; ± is half the range of the samples, of the median.`,
    "",
    line(TITLES.map((title) => title || "verdict")),
    line(TITLES.map(() => "---")),
    ...rows.map((row) => line(cellsOf(row))),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ].join("\n");
};

/** `document` with `results` between its two marks. @throws Error where it does not have them */
export const withResults = (document: string, results: string): string => {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error("docs/performance.md lost the marks of its results");
  return `${document.slice(0, from + BEGIN.length)}\n\n${results}\n\n${document.slice(to)}`;
};

/** Writes the results of a whole run into docs/performance.md, formatted as the house formats. */
export const writeDocs = async (rows: readonly Row[], of: Circumstances): Promise<string> => {
  const document = await Bun.file(DOCUMENT).text();
  await Bun.write(DOCUMENT, withResults(document, resultsText(rows, of)));
  await Bun.$`bunx oxfmt ${DOCUMENT}`.quiet().nothrow();
  return DOCUMENT;
};
