import { expect, test } from "bun:test";
import fc from "fast-check";
import { describeRateLimiterContract } from "../testing/rate-limiter-contract.ts";
import { memoryLimiter } from "./memory-limiter.ts";

describeRateLimiterContract(
  "memoryLimiter",
  () => {
    const limiter = memoryLimiter();
    return Promise.resolve({ connect: () => limiter, [Symbol.asyncDispose]: async () => {} });
  },
  { shared: false },
);

const limit = (key: string) => ({ key, quota: 2, windowSeconds: 10 });

test("a window begins with the first and ends on time", () => {
  let at = 1_000;
  const limiter = memoryLimiter({ now: () => at });
  const take = () => limiter.takeNow([limit("k")])[0];
  expect(take()).toEqual({ allowed: true, remaining: 1, resetSeconds: 10 });
  at += 9_500;
  expect(take()).toEqual({ allowed: true, remaining: 0, resetSeconds: 1 });
  expect(take()).toEqual({ allowed: false, remaining: 0, resetSeconds: 1 });
  at += 500;
  expect(take()).toEqual({ allowed: true, remaining: 1, resetSeconds: 10 });
});

test("a window that begins has its whole length left, whenever that is", () => {
  const at = fc.double({ min: 600_000, max: 1_600_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(at, { minLength: 20, maxLength: 20 }), (times) => {
      for (const time of times) {
        const limiter = memoryLimiter({ now: () => time });
        const [state] = limiter.takeNow([{ key: "k", quota: 1, windowSeconds: 3_600 }]);
        expect(state?.resetSeconds).toBe(3_600);
      }
    }),
  );
});

test("it remembers so many and no more: windows that ended go first, then those that began first", () => {
  let at = 0;
  const limiter = memoryLimiter({ now: () => at, maxKeys: 3 });
  const take = (key: string) => limiter.takeNow([limit(key)])[0]?.remaining;
  expect([take("a"), take("b"), take("c"), take("a")]).toEqual([1, 1, 1, 0]);
  expect(take("d")).toBe(1);
  // a went, b and c are still known
  expect([take("b"), take("c"), take("a")]).toEqual([0, 0, 1]);
  at = 10_000;
  expect([take("b"), take("c"), take("e")]).toEqual([1, 1, 1]);
});
