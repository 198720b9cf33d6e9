import { describe, expect, test } from "bun:test";
import { OracleError } from "@closebell/rounds";
import { describeOracleContract } from "@closebell/rounds/testing";
import {
  type FeedServer,
  startFeedServer,
  type WrittenFeed,
  type WrittenRound,
} from "../../testing/feed-server.ts";
import { type ChainlinkOracleOptions, chainlinkOracle } from "./chainlink-oracle.ts";

const FEED = "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419";
const KEY = "canary-rpc-key-51f0";
const friday = Temporal.PlainDate.from("2026-11-20");
const monday = Temporal.PlainDate.from("2026-11-23");

const round = (updatedAt: string, answer: bigint): WrittenRound => ({ updatedAt, answer });

/** Two phases: the second one began on Saturday. */
const feed = (more: Partial<WrittenFeed> = {}): WrittenFeed => ({
  address: FEED,
  decimals: 8,
  description: "ETH / USD",
  missing: "reverts",
  phases: [
    [
      round("2026-11-19T20:00:00Z", 300_000_000_000n),
      round("2026-11-20T20:30:00Z", 310_000_000_000n),
      round("2026-11-20T20:59:59Z", 311_000_000_000n),
      round("2026-11-20T21:00:01Z", 319_900_000_000n),
    ],
    [
      round("2026-11-21T12:00:00Z", 320_000_000_000n),
      round("2026-11-23T20:10:00Z", 321_000_000_000n),
      round("2026-11-23T21:00:00Z", 322_000_000_001n),
      round("2026-11-23T21:00:12Z", 329_000_000_000n),
    ],
  ],
  ...more,
});

const TIMING = { attemptMs: 10_000, totalMs: 30_000, backoffMs: 2, retries: 1 } as const;

const scene = (more: Partial<WrittenFeed> = {}, options: Partial<ChainlinkOracleOptions> = {}) => {
  const server = startFeedServer(feed(more), {
    finalized: "2026-11-23T21:05:00Z",
    latest: "2026-11-23T21:18:00Z",
  });
  const oracle = chainlinkOracle({
    rpcUrl: server.url,
    maxAgeSeconds: 3_900,
    timing: TIMING,
    ...options,
  });
  const refusal = async (
    date = monday,
    symbol: string = FEED,
    signal?: AbortSignal,
  ): Promise<OracleError> => {
    try {
      await oracle.closeOf(symbol, date, signal);
    } catch (error) {
      if (error instanceof OracleError) return error;
      throw error;
    }
    throw new Error("answered where it should have failed");
  };
  return {
    server,
    oracle,
    refusal,
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
};

describeOracleContract(
  "chainlink",
  () => {
    const { server, oracle } = scene();
    return { oracle, close: async () => await server[Symbol.asyncDispose]() };
  },
  {
    symbol: FEED,
    known: ["2026-11-20", "2026-11-23"],
    unknown: "2026-11-22",
    // the final block is of Monday
    unavailable: "2026-11-24",
    secrets: [KEY],
  },
);

describe.each(["reverts", "nought"] as const)(
  "a feed that %s for a round it does not have",
  (missing) => {
    test("answers with the round that was the latest at the close, in its phase", async () => {
      await using world = scene({ missing });
      const { oracle, server } = world;
      expect(await oracle.closeOf(FEED, friday)).toMatchObject({
        price: "3110.00000000",
        date: "2026-11-20",
        asOf: Temporal.Instant.from("2026-11-20T20:59:59Z"),
        source: "chainlink",
        request: { method: "POST", url: new URL(server.url).origin },
      });
      const close = await oracle.closeOf(FEED.toLowerCase(), monday);
      expect(close.price).toBe("3220.00000001");
      expect(JSON.parse(close.raw)).toEqual({
        chainId: 31_337,
        feed: FEED,
        description: "ETH / USD",
        decimals: 8,
        closesAt: "2026-11-23T21:00:00Z",
        round: {
          roundId: String((2n << 64n) | 3n),
          answer: "322000000001",
          updatedAt: "1795467600",
          answeredInRound: String((2n << 64n) | 3n),
        },
        next: {
          roundId: String((2n << 64n) | 4n),
          answer: "329000000000",
          updatedAt: "1795467612",
          answeredInRound: String((2n << 64n) | 4n),
        },
      });
    });
  },
);

test("a close on the last round of a phase is ended by the first round of the next", async () => {
  await using world = scene({}, { closesAt: () => Temporal.Instant.from("2026-11-20T21:00:30Z") });
  const close = await world.oracle.closeOf(FEED, friday);
  expect(close.price).toBe("3199.00000000");
  expect(JSON.parse(close.raw).next.roundId).toBe(String((2n << 64n) | 1n));
});

test.each([
  [0, 5n, "5"],
  [18, 1_234_500_000_000_000_000n, "1.234500000000000000"],
  [8, -1n, "-0.00000001"],
])("of %d decimals, %d is %s", async (decimals, answer, price) => {
  await using world = scene({ decimals, phases: [[round("2026-11-23T20:59:00Z", answer)]] });
  expect((await world.oracle.closeOf(FEED, monday)).price).toBe(price);
});

describe("is no close", () => {
  test("a round older than the limit: the feed stood still", async () => {
    await using world = scene({ phases: [[round("2026-11-23T19:54:59Z", 1n)]] });
    const refusal = await world.refusal();
    expect(refusal).toMatchObject({
      kind: "unavailable",
      raw: expect.stringContaining("ETH / USD"),
    });
    expect(refusal.message).toContain("3901 s before the close");
  });

  test("a round that was carried over from the one before", async () => {
    const carried = { ...round("2026-11-23T20:59:00Z", 1n), carried: true };
    await using world = scene({ phases: [[round("2026-11-23T20:58:00Z", 1n), carried]] });
    expect((await world.refusal()).kind).toBe("unavailable");
  });

  test("anything before the block that can't be undone is later than the close", async () => {
    await using world = scene();
    for (const early of ["2026-11-23T20:59:59Z", "2026-11-23T21:00:00Z"]) {
      world.server.heads.finalized = early;
      expect((await world.refusal()).kind).toBe("unavailable");
    }
    world.server.heads.finalized = "2026-11-23T21:00:01Z";
    expect((await world.oracle.closeOf(FEED, monday)).price).toBe("3220.00000001");
    await using hasty = scene({}, { block: "latest" });
    hasty.server.heads.finalized = "2026-11-23T20:59:59Z";
    expect((await hasty.oracle.closeOf(FEED, monday)).price).toBe("3220.00000001");
  });

  test("a date without a session, or before the feed began", async () => {
    await using world = scene();
    expect((await world.refusal(Temporal.PlainDate.from("2026-11-26"))).kind).toBe("not-found");
    expect((await world.refusal(Temporal.PlainDate.from("2026-11-18"))).kind).toBe("not-found");
  });

  test("a symbol that is no address, and an address without a feed", async () => {
    await using world = scene();
    expect((await world.refusal(monday, "ETH")).kind).toBe("malformed");
    expect(world.server.asked).toEqual([]);
    const refusal = await world.refusal(monday, "0x0000000000000000000000000000000000000001");
    expect(refusal).toMatchObject({ kind: "malformed", request: { method: "POST" } });
  });

  test.each([
    [27, 10n ** 27n],
    [8, 10n ** 40n],
  ])(
    "an answer with more digits than a round compares: %d decimals, %d",
    async (decimals, answer) => {
      await using world = scene({ decimals, phases: [[round("2026-11-23T20:59:00Z", answer)]] });
      expect(await world.refusal()).toMatchObject({ kind: "malformed", raw: expect.any(String) });
    },
  );

  test("a feed with a hole in it", async () => {
    const rounds = feed().phases[1] ?? [];
    await using world = scene({ phases: [[...rounds.slice(0, 2), undefined, ...rounds.slice(3)]] });
    expect((await world.refusal()).kind).toBe("malformed");
  });
});

describe("a node that", () => {
  const faults: readonly (readonly [FeedServer["fault"], OracleError["kind"]])[] = [
    [{ kind: "status", status: 500 }, "unavailable"],
    [{ kind: "status", status: 401, body: `no such key ${KEY}` }, "unavailable"],
    [{ kind: "status", status: 429 }, "unavailable"],
    [{ kind: "html" }, "malformed"],
    [{ kind: "error", code: -32_000, message: `header not found, key ${KEY}` }, "unavailable"],
    [{ kind: "error", code: -32_005, message: "rate limited" }, "unavailable"],
  ];
  test.each(faults)("goes wrong with %j", async (fault, kind) => {
    await using world = scene();
    world.server.fault = fault;
    const refusal = await world.refusal();
    expect(refusal.kind).toBe(kind);
    expect(Bun.inspect(refusal, { depth: 10 })).not.toContain(KEY);
    world.server.fault = undefined;
    expect((await world.oracle.closeOf(FEED, monday)).price).toBe("3220.00000001");
  });

  test("says nothing times out, ours and the caller's", async () => {
    await using world = scene({}, { timing: { ...TIMING, attemptMs: 40, retries: 0 } });
    world.server.fault = { kind: "silent" };
    expect((await world.refusal()).kind).toBe("timeout");
    await using patient = scene();
    patient.server.fault = { kind: "silent" };
    expect((await patient.refusal(monday, FEED, AbortSignal.timeout(40))).kind).toBe("timeout");
  });
});
