import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { parseCloses } from "./parse-closes.ts";

const messageOf = (text: string): string => {
  try {
    parseCloses(text);
  } catch (error) {
    if (error instanceof DomainError && error.code === "VALIDATION_FAILED") return error.message;
    throw error;
  }
  return "";
};

/** More digits than a round can compare. */
const NINETEEN = "1234567890123456789";

test("reads dates, exact prices and where they stand", () => {
  expect(parseCloses("date,close\n1999-03-10,51.062\n1999-03-11,51\n")).toEqual([
    { date: "1999-03-10", price: "51.062", line: 2 },
    { date: "1999-03-11", price: "51", line: 3 },
  ]);
});

test("takes a byte order mark, CRLF and a missing last newline", () => {
  const close = { date: "2024-02-29", price: "0.10", line: 2 };
  expect(parseCloses("\uFEFFdate,close\r\n2024-02-29,0.10\r\n")).toEqual([close]);
  expect(parseCloses("date,close\n2024-02-29,0.10")).toEqual([close]);
});

test.each([
  ["", "Line 1"],
  ["date,close\n", "Line 1"],
  ["Date,Close\n2024-01-02,1\n", "Line 1"],
  ["date,open,close\n2024-01-02,1,1\n", "Line 1"],
  ["date,close\n2024-01-02,1\n\n2024-01-03,1\n", "Line 3"],
  ["date,close\n2024-01-02\n", "Line 2"],
  ["date,close\n2024-01-02,1,2\n", "Line 2"],
  ["date,close\n2024-02-30,1\n", "Line 2"],
  ["date,close\n2024-1-2,1\n", "Line 2"],
  ["date,close\n 2024-01-02,1\n", "Line 2"],
  ["date,close\n2024-01-02,1\n2024-01-02,1\n", "Line 3"],
  ["date,close\n2024-01-03,1\n2024-01-02,1\n", "Line 3"],
  ...[
    "",
    "0",
    "0.00",
    "-1",
    "+1",
    "1e3",
    "1,5",
    "1.",
    ".5",
    "01",
    "NaN",
    " 1",
    "1 ",
    "1_000",
    NINETEEN,
    `1.${NINETEEN}`,
  ].map((price) => [`date,close\n2024-01-02,1\n2024-01-03,${price}\n`, "Line 3"]),
])("refuses %j, naming the line", (text, where) => {
  expect(messageOf(text)).toStartWith(`${where}: `);
});

test("says in which line a date stood before", () => {
  expect(messageOf("date,close\n2024-01-02,1\n2024-01-02,2\n")).toContain("stands in line 2");
});
