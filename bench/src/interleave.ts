import type { Stage } from "./stage.ts";

/** One of several things that are measured in turn. */
export interface Arm<T> {
  readonly name: string;
  readonly samples: readonly T[];
  /** Takes one more sample. */
  take(): Promise<void>;
}

export const arm = <T>(name: string, run: () => Promise<T>): Arm<T> => {
  const samples: T[] = [];
  return { name, samples, take: async () => void samples.push(await run()) };
};

/** Runs every arm once, then all of them again, so that whatever drifts on the machine drifts for all: A B A B A B. */
export const interleave = async (
  stage: Pick<Stage, "sizes" | "step" | "signal">,
  arms: readonly Pick<Arm<unknown>, "name" | "take">[],
): Promise<void> => {
  const { repetitions } = stage.sizes;
  for (let n = 1; n <= repetitions; n += 1) {
    for (const { name, take } of arms) {
      stage.signal.throwIfAborted();
      stage.step(`${name}, ${n} of ${repetitions}`);
      await take();
    }
  }
};
