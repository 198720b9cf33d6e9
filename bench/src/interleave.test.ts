import { expect, test } from "bun:test";
import { arm, interleave } from "./interleave.ts";
import { QUICK } from "./sizes.ts";

const stage = {
  sizes: { ...QUICK, repetitions: 3 },
  step: () => undefined,
  signal: new AbortController().signal,
};

test("arms take turns, and each keeps its own samples", async () => {
  const order: string[] = [];
  let n = 0;
  const make = (name: string) =>
    arm(name, () => {
      order.push(name);
      n += 1;
      return Promise.resolve(n);
    });
  const a = make("a");
  const b = make("b");
  await interleave(stage, [a, b]);
  expect(order.join("")).toBe("ababab");
  expect(a.samples).toEqual([1, 3, 5]);
  expect(b.samples).toEqual([2, 4, 6]);
});

test("an interrupt ends it before the next sample", async () => {
  const interrupt = new AbortController();
  const only = arm("only", () => {
    interrupt.abort(new Error("stopped"));
    return Promise.resolve(1);
  });
  expect(interleave({ ...stage, signal: interrupt.signal }, [only])).rejects.toThrow("stopped");
  expect(only.samples).toEqual([1]);
});
