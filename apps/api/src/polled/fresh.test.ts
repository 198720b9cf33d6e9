import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { createFresh } from "./fresh.ts";

interface Counted {
  readonly n: number;
}

/** A cache on a clock moved by hand, and a source whose reads end when they are told to. */
const scene = (
  options: {
    readonly pauseMs?: number;
    readonly maxKeys?: number;
    readonly readsAtOnce?: number;
  } = {},
) => {
  let ms = 0;
  let begun = 0;
  const open: (() => void)[] = [];
  const fresh = createFresh<Counted>({
    maxAgeMs: 1_000,
    pauseMs: options.pauseMs ?? 0,
    maxKeys: options.maxKeys ?? 10,
    patienceMs: 2_000,
    readsAtOnce: options.readsAtOnce ?? 10,
    now: () => ms,
  });
  const read = async (): Promise<Counted> => {
    begun += 1;
    const n = begun;
    const { promise, resolve } = Promise.withResolvers<void>();
    open.push(resolve);
    await promise;
    return { n };
  };
  return {
    fresh,
    get: async (key = "k") => (await fresh.get(key, read)).n,
    end: () => open.splice(0).forEach((resolve) => resolve()),
    pass: (by: number) => {
      ms += by;
    },
    begun: () => begun,
  };
};

test("all who ask meanwhile share one read, and it is kept until it is a second old", async () => {
  const { get, end, pass, begun } = scene();
  const all = [get(), get(), get()];
  pass(300);
  end();
  expect(await Promise.all(all)).toEqual([1, 1, 1]);
  pass(699);
  expect(await get()).toBe(1);
  // its read began a second ago
  pass(1);
  const next = get();
  end();
  expect(await next).toBe(2);
  expect(begun()).toBe(2);
});

test("who asks after a drop never gets a read that began before it, nor a second one beside it", async () => {
  const { fresh, get, end, begun } = scene();
  const before = get();
  fresh.drop("k");
  const after = [get(), get()];
  await Bun.sleep(1);
  expect(begun()).toBe(1);
  end();
  expect(await before).toBe(1);
  await Bun.sleep(1);
  expect(begun()).toBe(2);
  end();
  expect(await Promise.all(after)).toEqual([2, 2]);
  expect(await get()).toBe(2);
  fresh.dropAll();
  const last = get();
  end();
  expect(await last).toBe(3);
});

test("a read that a drop overtook is not kept", async () => {
  const { fresh, get, end } = scene();
  const before = get();
  fresh.drop("k");
  end();
  expect(await before).toBe(1);
  const after = get();
  end();
  expect(await after).toBe(2);
});

test("however often it is dropped, the source is asked once in a pause, and then at once", async () => {
  const { fresh, get, end, pass, begun } = scene({ pauseMs: 20 });
  const first = get();
  end();
  await first;
  fresh.drop("k");
  const waiting = [get(), get()];
  fresh.drop("k");
  waiting.push(get());
  await Bun.sleep(1);
  expect(begun()).toBe(1);
  await Bun.sleep(30);
  end();
  expect(await Promise.all(waiting)).toEqual([2, 2, 2]);
  pass(20);
  fresh.drop("k");
  const quiet = get();
  expect(begun()).toBe(3);
  end();
  expect(await quiet).toBe(3);
});

test("a failure is everybody's who waits, and nobody's who asks later", async () => {
  const { fresh, get, end } = scene();
  const fail = () => Promise.reject(new Error("down"));
  const both = [fresh.get("k", fail), fresh.get("k", fail)];
  for (const one of await Promise.allSettled(both)) expect(one.status).toBe("rejected");
  const next = get();
  end();
  expect(await next).toBe(1);
});

test("a drop while a read fails does not lose those who wait for the next one", async () => {
  const { fresh, get, end } = scene();
  const { promise, reject } = Promise.withResolvers<Counted>();
  const failing = fresh.get("k", () => promise);
  fresh.drop("k");
  const next = get();
  reject(new Error("down"));
  expect(await failing.catch(() => "failed")).toBe("failed");
  await Bun.sleep(1);
  end();
  expect(await next).toBe(1);
});

test("keys are bounded, the oldest goes", async () => {
  const { fresh, get, end, begun } = scene({ maxKeys: 2 });
  for (const key of ["a", "b", "c", "b"]) {
    const value = get(key);
    end();
    await value;
  }
  expect([fresh.size(), begun()]).toEqual([2, 3]);
  const again = get("a");
  end();
  expect(await again).toBe(4);
});

const codeOf = (work: Promise<number>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof DomainError ? error.code : error));

test("whoever comes to a read that hangs is refused at once, those who wait are not, and then all goes on", async () => {
  const { fresh, get, end, pass, begun } = scene();
  const waiting = [get(), get()];
  pass(2_000);
  waiting.push(get());
  pass(1);
  expect(await codeOf(get())).toBe("OVERLOADED");
  fresh.drop("k");
  expect(await codeOf(get())).toBe("OVERLOADED");
  end();
  expect(await Promise.all(waiting)).toEqual([1, 1, 1]);
  const next = get();
  end();
  expect([await next, begun()]).toEqual([2, 2]);
});

test("so many are read at once, whatever keys callers think of; what is kept or being read is not refused", async () => {
  const { get, end, begun } = scene({ readsAtOnce: 3 });
  const first = get("kept");
  end();
  await first;
  const waiting = ["a", "b", "c"].map((key) => get(key));
  for (const key of ["d", "e", "f"]) expect(await codeOf(get(key))).toBe("OVERLOADED");
  expect(await get("kept")).toBe(1);
  waiting.push(get("c"));
  end();
  expect(await Promise.all(waiting)).toEqual([2, 3, 4, 4]);
  const next = get("d");
  end();
  expect([await next, begun()]).toEqual([5, 5]);
});
