import { expect, test } from "bun:test";
import { createHider } from "./hide-secrets.ts";

test("hides a secret however a URL or JSON spells it, the longest first", () => {
  const hide = createHider(["a b/c+d", 'x"y', "abc", "abcdef", ""]);
  const shown = hide('1 a b/c+d 2 a%20b%2Fc%2Bd 3 a+b%2Fc%2Bd 4 x\\"y 5 abcdef 6 abc 7');
  expect(shown).toBe("1 *** 2 *** 3 *** 4 *** 5 *** 6 *** 7");
});

test("without secrets nothing is hidden", () => {
  expect(createHider([""])("as it is")).toBe("as it is");
});
