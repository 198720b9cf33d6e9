import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import type { Restriction } from "@closebell/protection";
import { protectionJson, protectionText } from "./protection.ts";

const at = (text: string) => Temporal.Instant.from(text);
const since = at("2026-11-20T12:00:00Z");
const until = at("2027-05-20T12:00:00Z");

const shown = (restriction: Omit<Restriction, "since">): string | undefined =>
  protectionText({ userId: "u", limits: [], restrictions: [{ since, ...restriction }] })
    .split("\n")
    .find((line) => line.startsWith(restriction.kind));

test("an exclusion says that it goes on until its player asks to play again, and then until when", () => {
  const term = { kind: "self-exclusion", until } as const;
  expect(shown({ ...term, overAt: null })).toEndWith("until 2027-05-20T12:00:00Z or longer");
  const overAt = at("2027-06-02T09:00:00Z");
  expect(shown({ ...term, overAt })).toEndWith("; over at 2027-06-02T09:00:00Z");
  expect(shown({ ...term, until: null, overAt: null })).toEndWith("no end");
  expect(shown({ kind: "time-out", until, overAt: until })).toEndWith("until 2027-05-20T12:00:00Z");
  expect(shown({ kind: "block", until: null, overAt: null })).toEndWith("no end");
});

test("a looser limit that waits is shown with from when until when it may be confirmed", () => {
  const periodStart = since;
  const limit = { kind: "stake", period: "day", used: 0n, remaining: microUsdc(40n) } as const;
  const pending = { amount: null, from: since.add({ hours: 24 }), until: since.add({ hours: 96 }) };
  const amount = microUsdc(40n);
  const limits = [{ ...limit, amount, pending, periodStart, resetsAt: until }];
  const protection = { userId: "u", restrictions: [], limits };
  expect(protectionText(protection)).toContain(
    "; none if confirmed from 2026-11-21T12:00:00Z until 2026-11-24T12:00:00Z",
  );
  expect(protectionJson(protection)).toMatchObject({
    limits: [{ pending: { amountMicroUsdc: null, from: pending.from, until: pending.until } }],
  });
});
