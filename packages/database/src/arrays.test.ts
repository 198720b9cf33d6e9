import { expect, test } from "bun:test";
import { arrayLiteral } from "./arrays.ts";

test("an array literal quotes every element and leaves null bare", () => {
  expect(arrayLiteral([])).toBe("{}");
  expect(arrayLiteral(["a", null, "NULL", ""])).toBe('{"a",NULL,"NULL",""}');
  expect(arrayLiteral(['say "hi"', "back\\slash", "a,b{c}"])).toBe(
    '{"say \\"hi\\"","back\\\\slash","a,b{c}"}',
  );
});
