import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import type { RateLimit, RateLimiter, RateLimitState } from "@closebell/context";
import fc from "fast-check";
import { judge, batchOf } from "../limiter/batch.ts";
import { eventually } from "./eventually.ts";

/** Somewhere to count. */
export interface LimiterScene extends AsyncDisposable {
  /** Another process's limiter on the same counts. */
  readonly connect: () => RateLimiter;
}

const HOUR = 3_600;

const limitOf = (quota: number, windowSeconds = HOUR, key: string = randomUUID()): RateLimit => ({
  key,
  quota,
  windowSeconds,
});

const allowedOf = (states: readonly RateLimitState[]): readonly boolean[] =>
  states.map(({ allowed }) => allowed);

type Judge = (title: string, body: (scene: LimiterScene) => Promise<void>) => void;

const judgeCounting = (check: Judge) => {
  check(
    "a quota is to be had once in a window, and every state says what is left",
    async (scene) => {
      const limiter = scene.connect();
      const limit = limitOf(3);
      for (const remaining of [2, 1, 0]) {
        const [state] = await limiter.take([limit]);
        expect(state).toMatchObject({ allowed: true, remaining });
        expect(state?.resetSeconds).toBeWithin(HOUR - 60, HOUR + 1);
      }
      expect(await limiter.take([limit])).toMatchObject([{ allowed: false, remaining: 0 }]);
      expect(await limiter.take([limitOf(1)])).toMatchObject([{ allowed: true, remaining: 0 }]);
    },
  );

  check("where one limit is used up nothing is taken from the others", async (scene) => {
    const limiter = scene.connect();
    const [wide, narrow] = [limitOf(10), limitOf(1)];
    expect(allowedOf(await limiter.take([wide, narrow]))).toEqual([true, true]);
    expect(await limiter.take([wide, narrow])).toMatchObject([
      { allowed: true, remaining: 9 },
      { allowed: false, remaining: 0 },
    ]);
    expect(await limiter.take([wide])).toMatchObject([{ remaining: 8 }]);
  });

  check("all that asks at once is judged one after another", async (scene) => {
    const limiter = scene.connect();
    const [shared, own] = [limitOf(5), limitOf(2)];
    const asked = Array.from({ length: 9 }, (_, n) => (n % 3 === 0 ? [own, shared] : [shared]));
    const states = await Promise.all(asked.map((limits) => limiter.take(limits)));
    const fresh = batchOf(asked).limits.map(() => ({ taken: 0, resetMs: HOUR * 1000 }));
    expect(states.map(allowedOf)).toEqual(judge(batchOf(asked), fresh).states.map(allowedOf));
    expect(await limiter.take([shared])).toMatchObject([{ allowed: false }]);
  });

  check("a window ends, and the next one has the whole quota", async (scene) => {
    const limiter = scene.connect();
    const limit = limitOf(2, 1);
    const taken = async () => allowedOf(await limiter.take([limit])).every(Boolean);
    expect([await taken(), await taken()]).toEqual([true, true]);
    await eventually("the next window", taken);
    expect(await limiter.take([limit])).toMatchObject([{ allowed: true, remaining: 0 }]);
  });

  check("no limits are no question", async (scene) => {
    expect(await scene.connect().take([])).toEqual([]);
  });
};

const judgeSeveral = (check: Judge) => {
  check(
    "several are taken at once where so many are left, otherwise what is left",
    async (scene) => {
      const limiter = scene.connect();
      const limit = limitOf(10);
      const several = { ...limit, upTo: 7 };
      const takeBoth = () => limiter.take([several, limitOf(1)]);
      expect(await takeBoth()).toMatchObject([{ allowed: true, taken: 7, remaining: 3 }, {}]);
      expect(await takeBoth()).toMatchObject([{ allowed: true, taken: 3, remaining: 0 }, {}]);
      expect((await takeBoth())[0]).toEqual({
        allowed: false,
        remaining: 0,
        resetSeconds: expect.any(Number),
      });
      const [fresh, used] = [limitOf(9), limitOf(1)];
      await limiter.take([used]);
      // together in one batch, and none of it where one of them is used up
      const asked = [
        [{ ...fresh, upTo: 5 }],
        [{ ...fresh, upTo: 9 }, used],
        [{ ...fresh, upTo: 6 }],
      ];
      const states = await Promise.all(asked.map((limits) => limiter.take(limits)));
      expect(states.map(([state]) => [state?.allowed, state?.taken, state?.remaining])).toEqual([
        [true, 5, 4],
        [true, undefined, 4],
        [true, 4, 0],
      ]);
    },
  );
};

const places = fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 });
const asked = fc.array(places, { minLength: 1, maxLength: 12 });
const quotas = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 4 });

const judgeRule = (check: Judge) => {
  check("batch after batch comes to what the rule says", async (scene) => {
    const limiter = scene.connect();
    await fc.assert(
      fc.asyncProperty(quotas, fc.array(asked, { minLength: 1, maxLength: 3 }), async (q, all) => {
        const limits = q.map((quota) => limitOf(quota));
        const taken = new Map<string, number>();
        for (const batch of all) {
          const requests = batch.map((one, n) =>
            one.flatMap((place) => {
              const limit = limits[place];
              return limit === undefined ? [] : [{ ...limit, upTo: 1 + (n % 3) }];
            }),
          );
          const built = batchOf(requests);
          const before = built.limits.map(({ key }) => taken.get(key) ?? 0);
          const wanted = judge(
            built,
            before.map((n) => ({ taken: n, resetMs: HOUR * 1000 })),
          );
          built.limits.forEach(({ key }, n) => taken.set(key, wanted.taken[n] ?? 0));
          const answered = await Promise.all(requests.map((request) => limiter.take(request)));
          const seen = (states: readonly (readonly RateLimitState[])[]) =>
            states.map((list) =>
              list.map(({ allowed, remaining, taken: got }) => ({ allowed, remaining, got })),
            );
          expect(seen(answered)).toEqual(seen(wanted.states));
        }
      }),
      { numRuns: 15 },
    );
  });
};

const judgeProcesses = (check: Judge) => {
  check("several processes together let no more through than the quota", async (scene) => {
    const limiters = [scene.connect(), scene.connect(), scene.connect()];
    const [one, other] = [limitOf(40), limitOf(1_000)];
    const asks = Array.from({ length: 90 }, (_, n) =>
      limiters[n % 3]?.take(n % 2 === 0 ? [one, other] : [other, one]),
    );
    const states = (await Promise.all(asks)).map((list) => list ?? []);
    expect(states.filter((list) => allowedOf(list).every(Boolean)).length).toBe(40);
    expect(await limiters[0]?.take([other])).toMatchObject([{ remaining: 1_000 - 41 }]);
  });
};

/** What every limiter must do. `shared`: counts for several processes. */
export const describeRateLimiterContract = (
  name: string,
  open: () => Promise<LimiterScene>,
  { shared }: { readonly shared: boolean },
): void => {
  describe(name, () => {
    const check: Judge = (title, body) =>
      test(title, async () => {
        await using scene = await open();
        await body(scene);
      });
    judgeCounting(check);
    judgeSeveral(check);
    judgeRule(check);
    if (shared) judgeProcesses(check);
  });
};
