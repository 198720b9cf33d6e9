import { expect, test } from "bun:test";
import { createConcurrencyLimit } from "./limit-concurrency.ts";

const scene = (quota: number) => {
  const refused: string[] = [];
  const limit = createConcurrencyLimit({
    name: "streams",
    quota,
    limited: (name) => void refused.push(name),
  });
  return { ...limit, refused };
};

const REFUSAL = expect.objectContaining({ code: "RATE_LIMITED", retryAfterSeconds: 10 });

test("a network has so many at once, another its own", () => {
  const { acquire, refused } = scene(2);
  acquire("2001:db8:1:2::1");
  const release = acquire("2001:db8:1:2::2");
  expect(() => acquire("2001:db8:1:2::3")).toThrow(REFUSAL);
  expect(refused).toEqual(["streams"]);
  acquire("2001:db8:1:3::1");
  release();
  acquire("2001:db8:1:2::3");
  expect(refused).toHaveLength(1);
});

test("what is released twice counts once", () => {
  const { acquire } = scene(2);
  const release = acquire("192.0.2.1");
  acquire("192.0.2.1");
  release();
  release();
  acquire("192.0.2.1");
  expect(() => acquire("192.0.2.1")).toThrow(REFUSAL);
});
