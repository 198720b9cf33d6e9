import { expect, test } from "bun:test";
import { describeOracleContract } from "@closebell/rounds/testing";
import type { SimulatedClose } from "./simulated-close.ts";
import { simulatedOracle, type SimulatedOracleOptions } from "./simulated-oracle.ts";

const noon = Temporal.Instant.from("2026-11-23T17:00:00Z");
const monday = Temporal.PlainDate.from("2026-11-23");

const told = (closes: Readonly<Record<string, Partial<SimulatedClose>>>) => ({
  closeOf: (_symbol: string, date: Temporal.PlainDate) => {
    const close = closes[date.toString()];
    return Promise.resolve(
      close && { mode: "right" as const, price: null, availableFrom: null, ...close },
    );
  },
});

const oracle = (options: Partial<SimulatedOracleOptions> = {}, now = noon) =>
  simulatedOracle({ clock: { now: () => Promise.resolve(now) }, ...options });

describeOracleContract(
  "simulatedOracle",
  () => ({
    oracle: oracle({
      overrides: told({
        "2026-11-23": { price: "20000.5" },
        "2026-11-24": { mode: "malformed" },
        "2026-11-25": { mode: "silent" },
      }),
    }),
  }),
  {
    symbol: "NDX",
    known: ["2026-11-20", "2026-11-23"],
    malformed: "2026-11-24",
    silent: "2026-11-25",
  },
);

test("says of itself, and in its evidence, that it is simulated", async () => {
  expect(oracle().simulated).toBe(true);
  expect((await oracle().closeOf("NDX", monday)).raw).toContain('"simulated":true');
});

test("its two sources agree until one is told otherwise", async () => {
  const a = await oracle().closeOf("NDX", monday);
  const b = await oracle({ name: "simulated-b" }).closeOf("NDX", monday);
  expect(b).toMatchObject({ price: a.price, source: "simulated-b" });
  const liar = oracle({
    name: "simulated-b",
    overrides: told({ "2026-11-23": { price: "1.5" } }),
  });
  expect((await liar.closeOf("NDX", monday)).price).toBe("1.5");
});

test.each([
  [
    { mode: "wrong-date", price: "5" },
    { date: "2026-11-22", price: "5" },
  ],
  [
    { mode: "negative", price: "5" },
    { date: "2026-11-23", price: "-5" },
  ],
] satisfies [Partial<SimulatedClose>, object][])("%j", async (close, answer) => {
  const subject = oracle({ overrides: told({ "2026-11-23": close }) });
  expect(await subject.closeOf("NDX", monday)).toMatchObject(answer);
});

test("a late close is there from its instant on, by the clock", async () => {
  const overrides = told({ "2026-11-23": { mode: "late", availableFrom: noon } });
  const early = oracle({ overrides }, noon.subtract({ nanoseconds: 1 }));
  expect(early.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "unavailable" });
  const published = await oracle({ overrides }).closeOf("NDX", monday);
  expect(published).toEqual(await oracle().closeOf("NDX", monday));
});

test("is unavailable when told so, and when it can't look up what it was told", async () => {
  const down = oracle({ overrides: told({ "2026-11-23": { mode: "unavailable" } }) });
  expect(down.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "unavailable" });
  const blind = oracle({
    overrides: { closeOf: () => Promise.reject(new Error("no database")) },
  });
  expect(blind.closeOf("NDX", monday)).rejects.toMatchObject({
    name: "OracleError",
    kind: "unavailable",
  });
});

test("gives the price the instant of the exchange's close, in winter and in summer", async () => {
  const winter = await oracle().closeOf("NDX", monday);
  expect(winter.asOf.toString()).toBe("2026-11-23T21:00:00Z");
  const summer = await oracle().closeOf("NDX", Temporal.PlainDate.from("2026-07-01"));
  expect(summer.asOf.toString()).toBe("2026-07-01T20:00:00Z");
});
