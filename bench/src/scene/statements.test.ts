import { expect, test } from "bun:test";
import { namedStatements } from "./statements.ts";

test("statements are found by their names, without their last semicolon", () => {
  const named = namedStatements("-- about\n\n-- name: a\nselect 1;\n\n-- name: b\nselect ';';\n");
  expect([...named]).toEqual([
    ["a", "select 1"],
    ["b", "select ';'"],
  ]);
});

test("a name without a statement is an error", () => {
  expect(() => namedStatements("-- name: a\n-- name: b\nselect 1;")).toThrow("empty");
});
