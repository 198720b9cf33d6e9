import { describe, expect, test } from "bun:test";
import type { DomainEvent, EventBus } from "@closebell/context";
import type { KeepTiming } from "../connection/keep-open.ts";
import { type BreakableProxy, breakableProxy } from "./breakable-proxy.ts";
import { eventually } from "./eventually.ts";

/** A server of the kind the bus travels over, with a channel of this test's own. */
export interface EventServer extends AsyncDisposable {
  readonly url: string;
  connect(url: string, timing?: Partial<KeepTiming>): EventBus;
  /** Puts any text on the channel, as a stranger would. */
  inject(payload: string): Promise<void>;
}

const pools: DomainEvent = { type: "round.pools", market: "NDX", round: "20261123" };
const locked: DomainEvent = {
  type: "round.state",
  market: "NDX",
  round: "20261123",
  state: "LOCKED",
};

const collect = (bus: EventBus) => {
  const events: DomainEvent[] = [];
  const unsubscribe = bus.subscribe((event) => events.push(event));
  return { events, unsubscribe };
};

const up = (...buses: readonly EventBus[]) =>
  eventually("the buses are up", () => buses.every((bus) => bus.healthy()));

const quiet = () => Bun.sleep(100);

/** Two buses, as in two processes, and the door to their server. */
interface Pair {
  readonly server: EventServer;
  readonly proxy: BreakableProxy;
  readonly here: EventBus;
  readonly there: EventBus;
}

type Judge = (title: string, body: (pair: Pair) => Promise<void>) => void;

const judgeDelivery = (judge: Judge) => {
  judge("an event reaches every process once, its own included", async ({ here, there }) => {
    await up(here, there);
    const [own, other] = [collect(here), collect(there)];
    here.publish(locked);
    here.publish({ type: "clock.moved" });
    await eventually("delivered", () => other.events.length >= 2 && own.events.length >= 2);
    await quiet();
    expect(own.events).toEqual([locked, { type: "clock.moved" }]);
    expect(other.events).toEqual([locked, { type: "clock.moved" }]);
  });

  judge("a subscriber hears nothing once it has left, others still do", async ({ here, there }) => {
    await up(here, there);
    const [left, stayed] = [collect(there), collect(there)];
    left.unsubscribe();
    here.publish(pools);
    await eventually("delivered", () => stayed.events.length > 0);
    expect(left.events).toEqual([]);
  });

  judge("a subscriber that throws keeps nothing from the next", async ({ here, there }) => {
    await up(here, there);
    there.subscribe(() => {
      throw new Error("a bad subscriber");
    });
    const { events } = collect(there);
    here.publish(locked);
    here.publish(pools);
    await eventually("delivered", () => events.length === 2);
  });

  judge("what strangers put on the channel is ignored", async ({ server, here, there }) => {
    await up(here, there);
    const { events } = collect(there);
    for (const payload of ["", "null", "{", "[]", '{"from":"x","event":{"type":"unknown"}}']) {
      await server.inject(payload);
    }
    here.publish(pools);
    await eventually("delivered", () => events.length > 0);
    expect(events).toEqual([pools]);
  });

  judge("an event too long to travel is dropped, the next one is not", async ({ here, there }) => {
    await up(here, there);
    const { events } = collect(there);
    here.publish({ ...locked, state: "X".repeat(8_000) });
    here.publish(locked);
    await eventually("delivered", () => events.length > 0);
    expect(events).toEqual([locked]);
  });
};

const judgeOutages = (judge: Judge) => {
  judge("an outage is said, survived and forgotten", async ({ proxy, here, there }) => {
    await up(here, there);
    const [own, other] = [collect(here), collect(there)];
    await proxy.cut();
    await eventually("said", () => !here.healthy() && !there.healthy());
    here.publish(locked);
    await eventually("its own process still hears it", () => own.events.length === 1);
    await proxy.restore();
    await up(here, there);
    here.publish(pools);
    await eventually("delivered", () => other.events.length > 0);
    expect(other.events).toEqual([pools]);
  });

  judge("a connection that died in silence is noticed", async ({ server, proxy }) => {
    const bus = server.connect(proxy.url, { pingEveryMs: 30, pingWithinMs: 60 });
    await up(bus);
    proxy.stall();
    await eventually("noticed", () => !bus.healthy());
    await proxy.cut();
    await proxy.restore();
    await up(bus);
    await bus.close();
  });

  judge("an attempt to connect that gets no answer is given up", async ({ server, proxy }) => {
    proxy.stall();
    const bus = server.connect(proxy.url, { openWithinMs: 100 });
    await Bun.sleep(300);
    expect(bus.healthy()).toBe(false);
    await proxy.restore();
    await up(bus);
    await bus.close();
  });

  judge("starts while the server is down, and comes up with it", async ({ server, proxy }) => {
    await proxy.cut();
    const late = server.connect(proxy.url);
    await quiet();
    expect(late.healthy()).toBe(false);
    await proxy.restore();
    await up(late);
    await late.close();
  });
};

const judgeClosing = (judge: Judge) => {
  judge("what was published just before closing still goes out", async ({ here, there }) => {
    await up(here, there);
    const { events } = collect(there);
    here.publish(locked);
    await here.close();
    await eventually("delivered", () => events.length === 1);
    expect(here.healthy()).toBe(false);
    here.publish(pools);
    await here.close();
  });

  judge(
    "closes without waiting for the server, up, down or stalled",
    async ({ server, proxy, here, there }) => {
      await up(here, there);
      await here.close();
      proxy.stall();
      there.publish(locked);
      const stalled = server.connect(proxy.url);
      await quiet();
      await there.close();
      await stalled.close();
      await proxy.cut();
      const down = server.connect(proxy.url);
      await quiet();
      down.publish(locked);
      await down.close();
    },
  );
};

/** What every bus must do, over a real server that comes and goes. */
export const describeEventBusContract = (name: string, make: () => Promise<EventServer>): void => {
  const judge: Judge = (title, body) => {
    test(title, async () => {
      await using server = await make();
      await using proxy = await breakableProxy(server.url);
      const here = server.connect(proxy.url);
      const there = server.connect(proxy.url);
      try {
        await body({ server, proxy, here, there });
      } finally {
        await Promise.all([here.close(), there.close()]);
      }
    });
  };
  describe(`${name} keeps the event bus contract`, () => {
    judgeDelivery(judge);
    judgeOutages(judge);
    judgeClosing(judge);
  });
};
