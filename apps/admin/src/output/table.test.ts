import { expect, test } from "bun:test";
import { facts, table } from "./table.ts";

const plain = { none: "nothing", bold: (text: string) => text };
const columns = [
  { title: "NAME", of: ({ name }: { name: string; n: number }) => name },
  { title: "N", of: ({ n }: { name: string; n: number }) => String(n), right: true },
];

test("columns are as wide as their widest cell, numbers to the right, without trailing blanks", () => {
  const rows = [
    { name: "a", n: 1 },
    { name: "grüße", n: 1000 },
  ];
  expect(table(rows, columns, plain)).toBe("NAME      N\na         1\ngrüße  1000");
  expect(table(rows, columns.slice(0, 1), plain)).toBe("NAME\na\ngrüße");
});

test("no rows say so; the heading may be bold without moving a column", () => {
  expect(table([], columns, plain)).toBe("nothing");
  const bold = (text: string) => `<${text}>`;
  expect(table([{ name: "a", n: 1 }], columns, { ...plain, bold })).toBe("<NAME  N>\na     1");
});

test("facts stand in two columns and leave out what is unknown", () => {
  const text = facts([
    ["state", "OPEN"],
    ["settled", undefined],
    ["fee", "1"],
  ]);
  expect(text).toBe("state  OPEN\nfee    1");
});
