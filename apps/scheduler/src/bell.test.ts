import { expect, test } from "bun:test";
import { createBell } from "./bell.ts";

/** Work that ends when told to, and counts. */
const held = () => {
  const ends: ((failure?: Error) => void)[] = [];
  const bell = createBell(
    () =>
      new Promise<void>((resolve, reject) => {
        ends.push((failure) => (failure === undefined ? resolve() : reject(failure)));
      }),
  );
  return { bell, runs: () => ends.length, end: (n: number, failure?: Error) => ends[n]?.(failure) };
};

test("rings during a run share the one that follows it, and none overlaps", async () => {
  const { bell, runs, end } = held();
  const first = bell.ring();
  const later = [bell.ring(), bell.ring(), bell.ring()];
  expect(runs()).toBe(1);
  expect(bell.runningSince()).toBeNumber();
  end(0);
  await first;
  await Bun.sleep(0);
  expect(runs()).toBe(2);
  end(1);
  await Promise.all(later);
  expect(runs()).toBe(2);
  expect(bell.runningSince()).toBeUndefined();
});

test("a ring in the moment after a run joins the next, which others wait for already", async () => {
  let running = 0;
  let most = 0;
  const bell = createBell(async () => {
    running += 1;
    most = Math.max(most, running);
    await Bun.sleep(1);
    running -= 1;
  });
  const again = bell.ring().then(() => bell.ring());
  await Promise.all([again, bell.ring()]);
  expect(most).toBe(1);
});

test("a run that fails tells those who rang for it, and the next goes on", async () => {
  const { bell, runs, end } = held();
  const first = bell.ring();
  const second = bell.ring();
  end(0, new Error("no database"));
  expect(await first.catch(String)).toBe("Error: no database");
  await Bun.sleep(0);
  end(1);
  expect(await second).toBeUndefined();
  expect(runs()).toBe(2);
});

test("once finished it lets the run under way end, and begins no other", async () => {
  const { bell, runs, end } = held();
  const first = bell.ring();
  const waiting = bell.ring();
  let over = false;
  const finished = bell.finish().then(() => (over = true));
  await Bun.sleep(5);
  expect(over).toBe(false);
  end(0, new Error("cut off"));
  await first.catch(() => undefined);
  await finished;
  await waiting;
  await bell.ring();
  expect(runs()).toBe(1);
});
