import type { Summary } from "../stats/summary.ts";
import type { Row } from "./figure.ts";

const digits = (value: number): string => {
  const places = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
};

const side = (summary: Summary | null, unit: string | null): string => {
  if (summary === null) return "";
  const spread = summary.samples.length > 1 ? ` ±${Math.round(summary.spread * 50)}%` : "";
  return `${digits(summary.median)}${unit === null ? "" : ` ${unit}`}${spread}`;
};

const target = (value: number | null, better: Row["better"]): string =>
  value === null ? "" : `${better === "higher" ? ">=" : "<="} ${value}`;

const verdict = ({ met, aimMet, quick }: Row): string => {
  if (quick && met !== "not measured") return "quick";
  if (met === null) return "";
  if (met === "not measured") return met;
  if (!met) return "MISSED";
  return aimMet === true ? "aim met" : "met";
};

/** The cells of one line, as the table on a terminal and the one in the document show them. */
export const cellsOf = (row: Row): readonly string[] => [
  row.name,
  row.reference ?? "",
  row.value === null ? "-" : `${digits(row.value)}${row.unit === "x" ? "" : ` ${row.unit}`}`,
  target(row.must, row.better),
  target(row.aim, row.better),
  verdict(row),
  side(row.ours, row.measuredIn),
  side(row.theirs, row.measuredIn),
];

export const TITLES = ["what", "against", "is", "must", "aim", "", "ours", "theirs"] as const;

const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
};

const WIDEST = 38;

/** The table for people. Half of each spread stands beside its median; a quick run judges nothing. */
export const showTable = (rows: readonly Row[]): string => {
  const cells = [TITLES, ...rows.map(cellsOf)].map((line) =>
    line.map((text) => wrap(text, WIDEST)),
  );
  const widths = TITLES.map((_, n) =>
    Math.max(...cells.flatMap((line) => line[n] ?? []).map((text) => text.length)),
  );
  const lines = cells.flatMap((line) => {
    const height = Math.max(...line.map((cell) => cell.length));
    return Array.from({ length: height }, (_, k) =>
      line
        .map((cell, n) => (cell[k] ?? "").padEnd(widths[n] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  });
  const notes = rows.flatMap(({ name, reference, note }) =>
    note === null ? [] : [`- ${name}${reference === null ? "" : ` / ${reference}`}: ${note}`],
  );
  return [...lines, ...(notes.length === 0 ? [] : ["", ...notes])].join("\n");
};
