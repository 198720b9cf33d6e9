import { describe, expect, test } from "bun:test";
import { OracleError, type OracleErrorKind } from "@closebell/rounds";
import { eventually } from "../../testing/eventually.ts";
import { type ProviderFault, startProviderServer } from "../../testing/provider-server.ts";
import { massive } from "./massive.ts";
import { providerOracle, type ProviderOracleOptions } from "./provider-oracle.ts";

const KEY = "canary-key-2c9d";
const monday = Temporal.PlainDate.from("2026-11-23");

/** Patient enough for a busy machine where the answer comes, impatient where none does. */
const TIMING = { attemptMs: 10_000, totalMs: 30_000, backoffMs: 2, retries: 2 } as const;

const scene = (options: ProviderOracleOptions = {}) => {
  const server = startProviderServer({ keys: { massive: KEY } });
  server.publish({ symbol: "I:NDX", date: "2026-11-23", written: "29209.23" });
  const { timing, ...rest } = options;
  const oracle = providerOracle(massive({ apiKey: KEY }), {
    url: server.url,
    timing: { ...TIMING, ...timing },
    ...rest,
  });
  const ask = (signal?: AbortSignal) => oracle.closeOf("I:NDX", monday, signal);
  const refusal = async (signal?: AbortSignal): Promise<OracleError> => {
    try {
      await ask(signal);
    } catch (error) {
      if (error instanceof OracleError) return error;
      throw error;
    }
    throw new Error("answered where it should have failed");
  };
  return {
    server,
    oracle,
    ask,
    refusal,
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
};

describe("a failure that may pass is repeated", () => {
  const faults: readonly ProviderFault[] = [
    { kind: "status", status: 500 },
    { kind: "status", status: 503 },
    { kind: "status", status: 408 },
    { kind: "cut" },
  ];
  test.each(faults)("%j twice, then the answer", async (fault) => {
    await using world = scene();
    world.server.fail(fault, { times: 2 });
    expect((await world.ask()).price).toBe("29209.23");
    expect(world.server.asked).toHaveLength(3);
  });

  test.each(faults)("%j for good is unavailable", async (fault) => {
    await using world = scene();
    world.server.fail(fault);
    expect((await world.refusal()).kind).toBe("unavailable");
    expect(world.server.asked).toHaveLength(3);
  });

  test("one that says nothing, and one that never ends, time out", async () => {
    for (const fault of [{ kind: "silent" }, { kind: "drip" }] as const) {
      await using world = scene({ timing: { attemptMs: 40, retries: 1 } });
      world.server.fail(fault);
      const refusal = await world.refusal();
      expect(refusal).toMatchObject({ kind: "timeout", raw: undefined });
      expect(refusal.request?.url).toBe(
        `${world.server.url}/v1/open-close/I:NDX/2026-11-23?adjusted=false`,
      );
      expect(world.server.asked).toHaveLength(2);
    }
  });

  test("nobody there", async () => {
    const world = scene();
    await world[Symbol.asyncDispose]();
    expect(await world.refusal()).toMatchObject({ kind: "unavailable", raw: undefined });
  });
});

describe("what will not pass is not repeated", () => {
  const cases: readonly (readonly [ProviderFault, OracleErrorKind])[] = [
    [{ kind: "html" }, "malformed"],
    [{ kind: "half" }, "malformed"],
    [{ kind: "huge" }, "malformed"],
    [{ kind: "body", body: "" }, "malformed"],
    [{ kind: "body", body: "null" }, "malformed"],
    [{ kind: "body", body: '{"status":"OK"}' }, "malformed"],
    [{ kind: "body", body: '{"status":"DELAYED"}' }, "unavailable"],
    [{ kind: "status", status: 404 }, "malformed"],
    [{ kind: "status", status: 400, body: "{}" }, "malformed"],
    [{ kind: "status", status: 403, body: "{}" }, "unavailable"],
    [{ kind: "status", status: 204, body: "" }, "malformed"],
    [
      { kind: "status", status: 302, headers: { location: "/v1/open-close/X/2026-11-23" } },
      "unavailable",
    ],
  ];
  test.each(cases)("%j", async (fault, kind) => {
    await using world = scene();
    world.server.fail(fault);
    const refusal = await world.refusal();
    expect(refusal.kind).toBe(kind);
    expect(refusal.raw).toBeString();
    expect(refusal.raw?.length).toBeLessThanOrEqual(8 * 1024);
    expect(world.server.asked).toHaveLength(1);
  });

  test("our key does not follow a redirect", async () => {
    await using thief = startProviderServer();
    await using world = scene();
    const location = `${thief.url}/v1/open-close/I:NDX/2026-11-23`;
    world.server.fail({ kind: "status", status: 307, headers: { location } });
    expect((await world.refusal()).kind).toBe("unavailable");
    expect(thief.asked).toHaveLength(0);
  });
});

describe("Retry-After", () => {
  const served = "Mon, 23 Nov 2026 21:05:00 GMT";

  test("a short one is waited for in the same call", async () => {
    await using world = scene();
    world.server.fail({ kind: "too-many", headers: { "retry-after": "0" } }, { times: 2 });
    expect((await world.ask()).price).toBe("29209.23");
    expect(world.server.asked).toHaveLength(3);
  });

  test.each([
    ["in seconds", { "retry-after": "90" }],
    [
      "as a date, by the source's own clock",
      { date: served, "retry-after": "Mon, 23 Nov 2026 21:06:30 GMT" },
    ],
    ["as the reset of its count", { date: served, "x-ratelimit-reset": "1795467990" }],
  ])("a long one %s keeps every question back until it is over", async (_form, headers) => {
    const time = { now: 0 };
    await using world = scene({ now: () => time.now });
    world.server.fail({ kind: "too-many", headers }, { times: 1 });
    expect((await world.refusal()).kind).toBe("unavailable");
    expect(world.oracle.trouble?.()).toContain("told us to wait");

    time.now = 89_000;
    const kept = await world.refusal();
    expect(kept).toMatchObject({ kind: "not-asked", request: undefined, raw: undefined });
    expect(kept.message).toContain("in 1 s");
    expect(world.server.asked).toHaveLength(1);

    time.now = 90_000;
    expect((await world.ask()).price).toBe("29209.23");
    expect(world.oracle.trouble?.()).toBeUndefined();
  });

  test("of a source that is down is respected too", async () => {
    const time = { now: 0 };
    await using world = scene({ now: () => time.now });
    world.server.fail({ kind: "status", status: 503, headers: { "retry-after": "30" } });
    expect((await world.refusal()).kind).toBe("unavailable");
    expect((await world.refusal()).kind).toBe("not-asked");
    expect(world.server.asked).toHaveLength(1);
  });

  test("is at most an hour", async () => {
    const time = { now: 0 };
    await using world = scene({ now: () => time.now });
    world.server.fail({ kind: "too-many", headers: { "retry-after": "99999999" } }, { times: 1 });
    await world.refusal();
    time.now = 3_600_000;
    expect((await world.ask()).price).toBe("29209.23");
  });
});

describe("the circuit", () => {
  const once = { retries: 0, failures: 3 } as const;

  test("opens after failures in a row, and lets one question through to see", async () => {
    await using world = scene({ timing: { ...once, openMs: 300 } });
    world.server.fail({ kind: "status", status: 500 });
    for (let n = 0; n < 3; n += 1) expect((await world.refusal()).kind).toBe("unavailable");
    const kept = await world.refusal();
    expect(kept.kind === "not-asked" || world.server.asked.length > 3).toBe(true);
    expect(world.oracle.trouble?.()).toContain("HTTP 500");
    world.server.heal();
    await eventually("the source is asked again", async () => {
      try {
        return (await world.ask()).price === "29209.23";
      } catch {
        return false;
      }
    });
    expect(world.oracle.trouble?.()).toBeUndefined();
  });

  test("sends nothing while it is open", async () => {
    await using world = scene({ timing: { ...once, openMs: 3_600_000 } });
    world.server.fail({ kind: "status", status: 500 });
    for (let n = 0; n < 3; n += 1) await world.refusal();
    const kept = await world.refusal();
    expect(kept).toMatchObject({ kind: "not-asked", request: undefined });
    expect(world.server.asked).toHaveLength(3);
  });

  test("opens for silence, as for errors", async () => {
    await using world = scene({ timing: { ...once, attemptMs: 30, openMs: 3_600_000 } });
    world.server.fail({ kind: "silent" });
    for (let n = 0; n < 3; n += 1) expect((await world.refusal()).kind).toBe("timeout");
    expect((await world.refusal()).kind).toBe("not-asked");
  });

  test.each([
    { kind: "html" },
    { kind: "status", status: 403, body: "{}" },
    { kind: "too-many" },
    { kind: "body", body: "{}" },
  ] satisfies ProviderFault[])("stays closed for an answer, however bad: %j", async (fault) => {
    await using world = scene({ timing: { ...once, openMs: 3_600_000 } });
    world.server.fail(fault);
    for (let n = 0; n < 5; n += 1) await world.refusal();
    world.server.heal();
    expect((await world.ask()).price).toBe("29209.23");
  });

  test("stays closed where we did not wait for the answer", async () => {
    await using world = scene({ timing: { ...once, openMs: 3_600_000 } });
    world.server.fail({ kind: "silent" });
    for (let n = 0; n < 5; n += 1) {
      expect((await world.refusal(AbortSignal.timeout(10))).kind).toBe("timeout");
    }
    world.server.heal();
    expect((await world.ask()).price).toBe("29209.23");
  });
});
