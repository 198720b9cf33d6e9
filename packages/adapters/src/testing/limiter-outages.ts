import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { DomainError, type RateLimiter } from "@closebell/context";
import { breakableProxy } from "./breakable-proxy.ts";
import { eventually } from "./eventually.ts";

const once = (limiter: RateLimiter) =>
  limiter.take([{ key: randomUUID(), quota: 1, windowSeconds: 60 }]);

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "counted";
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
};

/** What a limiter does while its store, at `url`, can't be reached or does not answer. */
export const testLimiterOutages = (
  url: () => string,
  connect: (through: string) => RateLimiter,
): void => {
  for (const outage of ["cut", "stall"] as const)
    test(`while its store is gone (${outage}) all are refused, and soon at once; then it counts again`, async () => {
      await using proxy = await breakableProxy(url());
      const limiter = connect(proxy.url);
      expect(await once(limiter)).toMatchObject([{ allowed: true }]);
      await proxy[outage]();
      expect(await codeOf(once(limiter))).toBe("OVERLOADED");
      // dozens of them, none of which waits for a server that is not there
      const refused = await Promise.all(Array.from({ length: 50 }, () => codeOf(once(limiter))));
      expect(new Set(refused)).toEqual(new Set(["OVERLOADED"]));
      await proxy.restore();
      await eventually("it counts again", async () => (await codeOf(once(limiter))) === "counted");
      await limiter.close();
    });
};
