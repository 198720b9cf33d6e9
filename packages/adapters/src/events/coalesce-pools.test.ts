import { expect, test } from "bun:test";
import type { DomainEvent } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { coalescePools } from "./coalesce-pools.ts";

const pools = (round: string): DomainEvent => ({ type: "round.pools", market: "NDX", round });
const state = (round: string): DomainEvent => ({
  type: "round.state",
  market: "NDX",
  round,
  state: "LOCKED",
});

/** Time that passes only when told to. */
const manualTimer = () => {
  const due: { at: number; callback: () => void }[] = [];
  let now = 0;
  return {
    timer: (ms: number, callback: () => void) => {
      const entry = { at: now + ms, callback };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), 1);
    },
    waiting: () => due.length,
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due.splice(due.indexOf(next), 1);
        now = next.at;
        next.callback();
      }
      now = end;
    },
  };
};

const setup = () => {
  const time = manualTimer();
  const bus = memoryEvents();
  const events = coalescePools(bus, { log: silentLogger, timer: time.timer });
  const heard: DomainEvent[] = [];
  events.subscribe((event) => heard.push(event));
  return { time, bus, events, heard };
};

test("a burst of pools goes out four times a second, its last one too", () => {
  const { time, bus, events, heard } = setup();
  for (let ms = 0; ms < 1_000; ms += 10) {
    events.publish(pools("20261123"));
    time.pass(10);
  }
  expect(bus.published).toHaveLength(5);
  time.pass(1_000);
  expect(bus.published).toHaveLength(5);
  expect(heard).toEqual(bus.published);
  expect(time.waiting()).toBe(0);
});

test("the last of two is late by one pause, and never lost", () => {
  const { time, bus, events } = setup();
  events.publish(pools("20261123"));
  events.publish(pools("20261123"));
  time.pass(249);
  expect(bus.published).toHaveLength(1);
  time.pass(1);
  expect(bus.published).toHaveLength(2);
});

test("rounds don't slow each other, and a state change waits for nothing", () => {
  const { bus, events } = setup();
  events.publish(pools("20261123"));
  events.publish(pools("20261123"));
  events.publish(pools("20261124"));
  events.publish(state("20261123"));
  expect(bus.published).toEqual([pools("20261123"), pools("20261124"), state("20261123")]);
});

test("pools of many processes are thinned out where they arrive", () => {
  const { time, bus, heard } = setup();
  for (let n = 0; n < 40; n += 1) {
    bus.publish(pools("20261123"));
    time.pass(25);
  }
  time.pass(1_000);
  expect(heard).toHaveLength(5);
});

test("closing passes on what was held back", async () => {
  const { time, bus, events, heard } = setup();
  events.publish(pools("20261123"));
  events.publish(pools("20261123"));
  await events.close();
  expect(bus.published).toHaveLength(2);
  expect(heard).toHaveLength(2);
  expect(time.waiting()).toBe(0);
});

test("a subscriber that throws, or has left, is no concern of the others", () => {
  const { time, events, heard } = setup();
  const leave = events.subscribe(() => {
    throw new Error("a bad subscriber");
  });
  events.publish(pools("20261123"));
  events.publish(pools("20261123"));
  time.pass(1_000);
  leave();
  events.publish(state("20261123"));
  expect(heard).toHaveLength(3);
});
