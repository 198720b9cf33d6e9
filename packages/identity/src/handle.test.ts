import { expect, test } from "bun:test";
import { checkedHandle } from "./handle.ts";

test.each(["a", "Z9", "j.doe", "ops@example.com", "a".repeat(64)])("%s is a handle", (handle) => {
  expect(checkedHandle(handle)).toBe(handle);
});

test.each(["", " ", "-a", "a-", "a b", "a\n", "é", "a".repeat(65)])("%j is no handle", (handle) => {
  expect(() => checkedHandle(handle)).toThrow(
    expect.objectContaining({ code: "VALIDATION_FAILED", errors: [expect.anything()] }),
  );
});
