import { expect, test } from "bun:test";
import { summarize } from "../stats/summary.ts";
import { ratioOf, rowsOf } from "./figure.ts";
import { showTable } from "./show-table.ts";
import { resultsText, withResults } from "./write-docs.ts";

const marks = (inner: string) =>
  `# Performance\n\n<!-- results: written by \`bun run bench --write-docs\` -->${inner}<!-- end of results -->\n\nrest\n`;

const rows = rowsOf(
  [
    ratioOf(
      "verb/tpcb",
      summarize([90_000, 100_000, 110_000]),
      summarize([5_000]),
      "per s",
      "at 16",
    ),
  ],
  ["bets"],
);

const circumstances = {
  date: "2026-11-23T12:00:00Z",
  minutes: 21.5,
  quick: false,
  parts: ["bets"] as const,
  repetitions: 3,
  machine: { cpu: "CPU", cores: 2, memoryGb: 16, system: "Linux 6 x64", bun: "1.4.5" },
  postgres: "PostgreSQL 18.4 on x86_64-pc-linux-gnu",
  settings: { fsync: "on" },
};

test("results replace what stood between the marks, and nothing else", () => {
  const once = withResults(marks("\n"), "new");
  expect(once).toBe(marks("\n\nnew\n\n"));
  expect(withResults(once, "newer")).toBe(marks("\n\nnewer\n\n"));
});

test("a document without marks is not touched", () => {
  expect(() => withResults("# Performance\n", "new")).toThrow("marks");
});

test("every line says what it is, its targets, its verdict and both sides with their spread", () => {
  const text = resultsText(rows, circumstances);
  expect(text).toContain(
    "Measured 2026-11-23T12:00:00Z in 21.5 minutes, 3 repetitions, on 2 cores",
  );
  expect(text).toContain("| 20.0 | >= 8 | >= 16 | aim met | 100,000 per s ±10% | 5,000 per s |");
  expect(text).toContain("| - | >= 50 | >= 100 | not measured |");
});

test("a quick run judges nothing, but says what it could not measure", () => {
  const table = showTable(rows.map((row) => ({ ...row, quick: true })));
  expect(table).toContain("quick");
  expect(table).toContain("not measured");
  expect(table).not.toContain("aim met");
  expect(showTable(rows)).toContain("aim met");
});
