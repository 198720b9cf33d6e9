import { expect, test } from "bun:test";
import fc from "fast-check";
import { BrokenFeed, type FeedReader, type FeedRound, findRound } from "./find-round.ts";

const idOf = (phase: number, number: number): bigint => (BigInt(phase) << 64n) | BigInt(number);

/** Phases of ascending times, the phases in order too. */
const feeds = fc
  .array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), {
    minLength: 1,
    maxLength: 4,
  })
  .filter((phases) => (phases.at(-1)?.length ?? 0) > 0)
  .map((phases) => {
    let time = 1_000n;
    return phases.map((gaps, phase) =>
      gaps.map((gap, n): FeedRound => {
        time += BigInt(gap);
        const id = idOf(phase + 1, n + 1);
        return { id, answer: id, updatedAt: time, answeredInRound: id };
      }),
    );
  });

const reader = (phases: readonly (readonly FeedRound[])[]) => {
  const rounds = phases.flat();
  const known = new Map(rounds.map((round) => [round.id, round]));
  const reads = { count: 0 };
  const feed: FeedReader = {
    latest: async () => {
      const last = rounds.at(-1);
      if (last === undefined) throw new Error("an empty feed");
      return last;
    },
    at: async (id) => {
      reads.count += 1;
      return known.get(id);
    },
  };
  return { feed, rounds, reads };
};

test("finds the last round at or before any time, in any phase, and the one after it", async () => {
  await fc.assert(
    fc.asyncProperty(feeds, fc.bigInt({ min: 990n, max: 2_500n }), async (phases, time) => {
      const { feed, rounds, reads } = reader(phases);
      const expected = rounds.findLastIndex((round) => round.updatedAt <= time);
      const found = await findRound(feed, time);
      expect(found?.round).toEqual(rounds[expected]);
      if (found !== undefined) expect(found.next).toEqual(rounds[expected + 1]);
      expect(reads.count).toBeLessThanOrEqual(4 * 14 + 14);
    }),
  );
});

test("asks little for a time close to the end, however many rounds there are", async () => {
  const phase = Array.from({ length: 50_000 }, (_, n): FeedRound => {
    const id = idOf(3, n + 1);
    return { id, answer: 1n, updatedAt: BigInt(n), answeredInRound: id };
  });
  const { feed, reads } = reader([phase]);
  const found = await findRound(feed, 49_995n);
  expect(found?.round.updatedAt).toBe(49_995n);
  expect(reads.count).toBeLessThan(8);
});

test("a hole between two rounds is told, not guessed over", async () => {
  const phase = [1, 2, 3, 4, 5].map((n): FeedRound => {
    const id = idOf(1, n);
    return { id, answer: 1n, updatedAt: BigInt(n * 10), answeredInRound: id };
  });
  const { feed } = reader([phase]);
  const holed: FeedReader = {
    ...feed,
    at: async (id) => (id === idOf(1, 4) ? undefined : await feed.at(id)),
  };
  expect(findRound(holed, 35n)).rejects.toBeInstanceOf(BrokenFeed);
});

test("a round that is not the one asked for is told, and not searched from for ever", async () => {
  const phase = [1, 2, 3, 4, 5, 6, 7, 8].map((n): FeedRound => {
    const id = idOf(1, n);
    return { id, answer: 1n, updatedAt: BigInt(n * 10), answeredInRound: id };
  });
  const { feed } = reader([phase]);
  let reads = 0;
  const odd: FeedReader = {
    ...feed,
    at: async (id) => {
      reads += 1;
      if (reads > 100) throw new Error("it goes on for ever");
      return id === idOf(1, 6) || id === idOf(1, 3) ? await feed.at(idOf(1, 7)) : await feed.at(id);
    },
  };
  expect(findRound(odd, 45n)).rejects.toBeInstanceOf(BrokenFeed);
});

test("a feed that is asked without a proxy has one phase, 0", async () => {
  const phase = [1, 2].map((n): FeedRound => {
    const id = BigInt(n);
    return { id, answer: 1n, updatedAt: BigInt(n * 10), answeredInRound: id };
  });
  const { feed } = reader([phase]);
  expect((await findRound(feed, 15n))?.round.id).toBe(1n);
  expect(await findRound(feed, 5n)).toBeUndefined();
});
