import { expect, test } from "bun:test";
import { decodeCursor, decodeIdCursor, encodeCursor, KEY, toPage } from "./cursor.ts";

const keyOf = (row: string) => [row];
const id = "01900000-0000-7000-8000-000000000001";

test("a cursor gives back the key it was made of", () => {
  expect(decodeCursor("bets", [KEY.bigint, KEY.uuid], encodeCursor("bets", ["1", id]))).toEqual([
    "1",
    id,
  ]);
  expect(decodeIdCursor("users", encodeCursor("users", [id]))).toBe(id);
});

test.each([
  ["of another list", encodeCursor("users:other", [id])],
  ["of another length", encodeCursor("users", [id, id])],
  ["with something else than an id", encodeCursor("users", ["' or true --"])],
  ["that isn't base64", "%%%"],
  ["that isn't JSON", btoa("{")],
])("a cursor %s is refused", (_name, cursor) => {
  expect(() => decodeIdCursor("users", cursor)).toThrow(
    expect.objectContaining({ code: "CURSOR_INVALID" }),
  );
});

test("the row beyond the page only says that there is more", () => {
  expect(toPage("l", ["a", "b", "c"], 2, keyOf)).toEqual({
    items: ["a", "b"],
    nextCursor: encodeCursor("l", ["b"]),
  });
  expect(toPage("l", ["a", "b"], 2, keyOf)).toEqual({ items: ["a", "b"], nextCursor: null });
  expect(toPage("l", [], 2, keyOf)).toEqual({ items: [], nextCursor: null });
});
