import { expect, test } from "bun:test";
import { OracleError } from "../oracle.ts";
import { describeOracleContract } from "./oracle-contract.ts";
import { scriptedOracle, type ScriptedClose } from "./scripted-oracle.ts";

const noon = Temporal.Instant.from("2026-11-23T17:00:00Z");
const clockAt = (now: Temporal.Instant) => ({ now: () => Promise.resolve(now) });
const monday = Temporal.PlainDate.from("2026-11-23");

const scripted = (close: ScriptedClose, now = noon) =>
  scriptedOracle({ clock: clockAt(now), closes: { "2026-11-23": close } });

describeOracleContract(
  "scriptedOracle",
  () => ({
    oracle: scriptedOracle({
      clock: clockAt(noon),
      closes: {
        "2026-11-20": { kind: "right", price: "100.10" },
        "2026-11-23": { kind: "late", price: "101", from: noon },
        "2026-11-24": { kind: "malformed", raw: "<html>" },
        "2026-11-25": { kind: "silent" },
      },
    }),
  }),
  {
    symbol: "NDX",
    known: ["2026-11-20", "2026-11-23"],
    unknown: "2026-11-27",
    malformed: "2026-11-24",
    silent: "2026-11-25",
  },
);

test("a late close is unavailable until its instant", async () => {
  const from = noon.add({ minutes: 5 });
  const early = scripted({ kind: "late", price: "1.5", from });
  expect(early.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "unavailable" });
  const inTime = scripted({ kind: "late", price: "1.5", from }, from);
  expect((await inTime.closeOf("NDX", monday)).price).toBe("1.5");
});

test.each([
  [
    { kind: "wrong-date", price: "1.5", date: "2026-11-20" },
    { price: "1.5", date: "2026-11-20" },
  ],
  [
    { kind: "negative", price: "1.5" },
    { price: "-1.5", date: "2026-11-23" },
  ],
  [
    { kind: "disagreeing", price: "9.99" },
    { price: "10.00", date: "2026-11-23" },
  ],
  [
    { kind: "disagreeing", price: "0.09" },
    { price: "0.10", date: "2026-11-23" },
  ],
  [
    { kind: "disagreeing", price: "7" },
    { price: "8", date: "2026-11-23" },
  ],
] satisfies [ScriptedClose, { price: string; date: string }][])("%j", async (close, answer) => {
  expect(await scripted(close).closeOf("NDX", monday)).toMatchObject(answer);
});

test("remembers what it was asked, and can be told otherwise later", async () => {
  const oracle = scripted({ kind: "unavailable" });
  expect(oracle.closeOf("NDX", monday)).rejects.toBeInstanceOf(OracleError);
  oracle.script("2026-11-23", { kind: "right", price: "2" });
  expect((await oracle.closeOf("NDX", monday)).price).toBe("2");
  expect(oracle.asked).toEqual([
    { symbol: "NDX", date: "2026-11-23" },
    { symbol: "NDX", date: "2026-11-23" },
  ]);
});

test("a correction is told from its instant on", async () => {
  const close = { kind: "corrected", price: "1", later: "2", from: noon } as const;
  expect((await scripted(close, noon.subtract({ seconds: 1 })).closeOf("NDX", monday)).price).toBe(
    "1",
  );
  expect((await scripted(close, noon).closeOf("NDX", monday)).price).toBe("2");
});

test("says what it was asked, and what came where it refused", async () => {
  const request = { method: "GET", url: "https://scripted.example/closes/I%3ANDX/2026-11-23" };
  const close = await scripted({ kind: "right", price: "1" }).closeOf("I:NDX", monday);
  expect(close.request).toEqual(request);
  const refused = scripted({ kind: "refused", status: 429, raw: "slow down" });
  expect(refused.closeOf("I:NDX", monday)).rejects.toMatchObject({
    kind: "unavailable",
    raw: "slow down",
    request,
  });
  expect(scripted({ kind: "not-asked" }).closeOf("NDX", monday)).rejects.toMatchObject({
    kind: "not-asked",
    request: undefined,
  });
  expect(scripted({ kind: "broken" }).closeOf("NDX", monday)).rejects.toBeInstanceOf(TypeError);
});
