import { expect, test } from "bun:test";
import type { DomainEvent } from "@closebell/context";
import { memoryEvents } from "@closebell/context/testing";
import { createLiveHub, type HubOptions } from "./hub.ts";
import { createConcurrencyLimit } from "../limits/limit-concurrency.ts";
import type { LiveSource, LiveView } from "./live-source.ts";
import { recordingLogger } from "../testing/recording-logger.ts";

const state: DomainEvent = { type: "round.state", market: "NDX", round: "1", state: "OPEN" };
const pools: DomainEvent = { type: "round.pools", market: "NDX", round: "1" };

const viewOf = (pool: number, name = "OPEN", finished = false): LiveView => ({
  snapshot: JSON.stringify({ pool, name }),
  parts: {
    state: { version: name, data: JSON.stringify({ name, pool }) },
    pools: { version: String(pool), data: JSON.stringify({ pool }) },
  },
  finished,
});

const scene = (options: Partial<HubOptions> = {}, perNetwork = 1_000) => {
  const events = memoryEvents();
  const { lines, log } = recordingLogger();
  let view = viewOf(0);
  let failure: Error | undefined;
  let reads = 0;
  const source: LiveSource = {
    key: "round/NDX/1",
    async read() {
      reads += 1;
      await Bun.sleep(1);
      if (failure !== undefined) throw failure;
      return view;
    },
    concernedBy: (event) =>
      event.type === "clock.moved" || event.type === "round.state" ? "now" : "soon",
  };
  const streams = createConcurrencyLimit({
    name: "streams",
    quota: perNetwork,
    limited: () => undefined,
  });
  const hub = createLiveHub({ events, log, streams, minIntervalMs: 0, ...options });
  return {
    events,
    hub,
    source,
    lines,
    show: (next: LiveView) => {
      view = next;
    },
    fail: (error: Error | undefined) => {
      failure = error;
    },
    reads: () => reads,
  };
};

/** Reads what comes; `until` waits for a text and gives all since the last call. */
const listen = (stream: ReadableStream<Uint8Array>) => {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let ended = false;
  const done = (async () => {
    for (;;) {
      const part = await reader.read();
      if (part.done) break;
      text += decoder.decode(part.value, { stream: true });
    }
    ended = true;
  })();
  return {
    async until(wanted: string): Promise<string> {
      const deadline = performance.now() + 30_000;
      while (!text.includes(wanted)) {
        if (performance.now() > deadline) throw new Error(`${wanted} never came, only: ${text}`);
        await Bun.sleep(2);
      }
      const all = text;
      text = "";
      return all;
    },
    text: () => text,
    ended: () => ended,
    done,
    leave: () => reader.cancel(),
  };
};

test("a client gets a snapshot first, then what changed, by its event", async () => {
  const { hub, source, events, show } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  const first = await client.until("event: snapshot");
  expect(first).toBe('retry: 2000\n\nevent: snapshot\nid: 1\ndata: {"pool":0,"name":"OPEN"}\n\n');
  show(viewOf(5));
  events.publish(pools);
  expect(await client.until("pools")).toBe('event: pools\nid: 2\ndata: {"pool":5}\n\n');
  show(viewOf(5, "LOCKED"));
  events.publish(state);
  expect(await client.until("state")).toBe(
    'event: state\nid: 3\ndata: {"name":"LOCKED","pool":5}\n\n',
  );
  hub.close();
  await client.done;
});

test("an event after which nothing has changed is not told", async () => {
  const { hub, source, events, show, reads } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  events.publish(state);
  await Bun.sleep(20);
  expect(client.text()).toBe("");
  expect(reads()).toBe(2);
  show(viewOf(1));
  events.publish(pools);
  await client.until("pools");
  hub.close();
});

test("the source is read once for all clients", async () => {
  const { hub, source, events, show, reads } = scene({ minIntervalMs: 50 });
  const clients = await Promise.all(
    Array.from({ length: 200 }, async () => listen(await hub.open(source, "192.0.2.1"))),
  );
  expect(hub.clients()).toBe(200);
  expect(reads()).toBe(1);
  show(viewOf(7));
  events.publish(state);
  const heard = await Promise.all(clients.map((client) => client.until('{"pool":7}')));
  expect(new Set(heard.map((text) => text.split("event: pools")[1])).size).toBe(1);
  expect(reads()).toBe(2);
  hub.close();
  await Promise.all(clients.map((client) => client.done));
});

test("a burst of pool events is read at most every so often, and the last total is told", async () => {
  const { hub, source, events, show, reads } = scene({ minIntervalMs: 40 });
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  const begun = performance.now();
  for (let n = 1; n <= 100; n += 1) {
    show(viewOf(n));
    events.publish(pools);
    await Bun.sleep(1);
  }
  await client.until('{"pool":100}');
  expect(reads()).toBeLessThanOrEqual((performance.now() - begun) / 40 + 3);
  hub.close();
});

test("an event during a read is followed by another read", async () => {
  const { hub, source, events, show } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  events.publish(state);
  show(viewOf(9));
  events.publish(state);
  await client.until('{"pool":9}');
  hub.close();
});

test("a client that takes nothing delays nobody, and is dropped", async () => {
  let now = 0;
  const options = { heartbeatMs: 10, stuckAfterMs: 60, now: () => now };
  const { hub, source, events, show } = scene(options);
  const stuck = await hub.open(source, "192.0.2.1");
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  expect(hub.clients()).toBe(2);
  for (let n = 1; n <= 50; n += 1) {
    show(viewOf(n));
    events.publish(state);
    await client.until(`{"pool":${n}}`);
  }
  now = 61;
  while (hub.clients() === 2) await Bun.sleep(5);
  expect(hub.clients()).toBe(1);
  const dropped = listen(stuck);
  await dropped.done;
  expect(dropped.text()).toBe("");
  hub.close();
});

test("a slow client that catches up sees the newest totals, once", async () => {
  const { hub, source, events, show } = scene();
  const slow = await hub.open(source, "192.0.2.1");
  const client = listen(await hub.open(source, "192.0.2.1"));
  for (const n of [1, 2, 3]) {
    show(viewOf(n));
    events.publish(state);
    await client.until(`{"pool":${n}}`);
  }
  const late = listen(slow);
  const text = await late.until("pools");
  expect(text.match(/event: /g)).toHaveLength(2);
  expect(text).toContain('event: pools\nid: 5\ndata: {"pool":3}\n\n');
  hub.close();
});

test("a finished round ends its streams, for those who come later too", async () => {
  const { hub, source, events, show } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  show(viewOf(1, "SETTLED", true));
  events.publish(state);
  await client.done;
  expect(client.text()).toEndWith('event: end\nid: end\ndata: {"reason":"finished"}\n\n');
  expect(hub.clients()).toBe(0);
  const later = listen(await hub.open(source, "192.0.2.1"));
  await later.done;
  expect(later.text()).toContain('{"pool":1,"name":"SETTLED"}');
  expect(later.text()).toEndWith('event: end\nid: end\ndata: {"reason":"finished"}\n\n');
  hub.close();
});

test("draining ends every stream and takes no more", async () => {
  const { hub, source } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  hub.close();
  await client.done;
  expect(client.text()).toContain('{"reason":"draining"}');
  expect(hub.open(source, "192.0.2.1")).rejects.toMatchObject({ code: "OVERLOADED" });
});

test("a quiet stream hears a heartbeat", async () => {
  const { hub, source } = scene({ heartbeatMs: 5 });
  const client = listen(await hub.open(source, "192.0.2.1"));
  expect(await client.until(": still here\n\n")).toContain("snapshot");
  hub.close();
});

test("without a bus, changes come with the next heartbeat", async () => {
  const events = { ...memoryEvents(), healthy: () => false };
  const { hub, source, show } = scene({ events, heartbeatMs: 5 });
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  show(viewOf(3));
  await client.until('{"pool":3}');
  hub.close();
});

test("a read that fails is logged and does not end the streams", async () => {
  const { hub, source, events, show, fail, lines } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  fail(new Error("down"));
  events.publish(state);
  while (lines.length === 0) await Bun.sleep(2);
  expect(lines).toMatchObject([{ level: "warn", fields: { topic: "round/NDX/1" } }]);
  fail(undefined);
  show(viewOf(4));
  events.publish(state);
  await client.until('{"pool":4}');
  hub.close();
});

test("what can't be read can't be opened, and leaves nothing behind", async () => {
  const { hub, source, fail } = scene();
  fail(new Error("no such round"));
  expect(hub.open(source, "192.0.2.1")).rejects.toThrow("no such round");
  await Bun.sleep(5);
  expect(hub.clients()).toBe(0);
  fail(undefined);
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  hub.close();
});

test("more clients than there may be are refused", async () => {
  const { hub, source } = scene({ maxClients: 1 });
  await hub.open(source, "192.0.2.1");
  expect(hub.open(source, "192.0.2.1")).rejects.toMatchObject({ code: "OVERLOADED" });
  hub.close();
});

test("a network has so many streams; however one ends, there is another for it", async () => {
  let now = 0;
  const { hub, source, events, show, fail } = scene(
    { heartbeatMs: 5, stuckAfterMs: 10, now: () => now },
    1,
  );
  const left = listen(await hub.open(source, "192.0.2.1"));
  await left.until("snapshot");
  expect(hub.open(source, "192.0.2.1")).rejects.toMatchObject({ code: "RATE_LIMITED" });
  const other = listen(await hub.open(source, "192.0.2.2"));
  await left.leave();
  await hub.open(source, "192.0.2.1");
  now = 11;
  while (hub.clients() === 2) await Bun.sleep(5);
  fail(new Error("no such round"));
  expect(hub.open({ ...source, key: "round/NDX/2" }, "192.0.2.1")).rejects.toThrow("no such round");
  await Bun.sleep(5);
  fail(undefined);
  const last = listen(await hub.open(source, "192.0.2.1"));
  show(viewOf(1, "SETTLED", true));
  events.publish(state);
  await Promise.all([last.done, other.done]);
  for (let n = 0; n < 2; n += 1) {
    const later = listen(await hub.open(source, "192.0.2.1"));
    await later.done;
  }
  hub.close();
});

test("a client that leaves is forgotten, and with the last one the topic", async () => {
  const { hub, source, events, reads } = scene();
  const client = listen(await hub.open(source, "192.0.2.1"));
  await client.until("snapshot");
  await client.leave();
  expect(hub.clients()).toBe(0);
  events.publish(state);
  await Bun.sleep(5);
  expect(reads()).toBe(1);
  hub.close();
});
