import { expect, test } from "bun:test";
import { failuresIn, mayPassAlone } from "./failures.ts";

const OUTPUT = `
a/x.test.ts:
(pass) ok
error: expect(received).toBe(expected)
(fail) d > bad [0.44ms]

b/y.test.ts:
(pass) fine [0.01ms]

b/p.test.ts:
error: Property failed after 3 tests
(fail) always [1.00ms]

z.test.ts:

# Unhandled error between tests
error: boom

d/last.test.ts:
(pass) fine [0.01ms]

2 tests skipped:
(skip) one
(skip) two

1 tests failed:
(fail) d > bad [0.44ms]

 2 pass
`;

test("finds the files with a failure, and leaves out what passed", () => {
  const failures = failuresIn(OUTPUT);
  expect(failures.map(({ file }) => file)).toEqual(["a/x.test.ts", "b/p.test.ts", "z.test.ts"]);
  expect(failures[0]?.text).toBe("error: expect(received).toBe(expected)\n(fail) d > bad [0.44ms]");
});

test("a property that failed is not tried again: other values prove nothing", () => {
  expect(failuresIn(OUTPUT).map((failure) => mayPassAlone(failure))).toEqual([true, false, true]);
});
