import { expect, test } from "bun:test";
import { arrayLiteral } from "./arrays.ts";

test("an array literal quotes what needs it and leaves null bare", () => {
  expect(arrayLiteral([])).toBe("{}");
  expect(arrayLiteral(["a", null, "NULL", "null", ""])).toBe('{a,NULL,"NULL","null",""}');
  expect(arrayLiteral(['say "hi"', "back\\slash", "a,b{c}"])).toBe(
    '{"say \\"hi\\"","back\\\\slash","a,b{c}"}',
  );
});
