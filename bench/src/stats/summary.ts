/** Several samples of one quantity: the median counts, the spread says how far they were apart. */
export interface Summary {
  readonly median: number;
  /** (largest - smallest) / median. */
  readonly spread: number;
  readonly samples: readonly number[];
}

/** The middle value, or the mean of the two in the middle. @throws RangeError without a sample */
export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  if (high === undefined || low === undefined) throw new RangeError("a median needs a sample");
  return (low + high) / 2;
};

/** @throws RangeError without a sample */
export const summarize = (samples: readonly number[]): Summary => {
  const middle = median(samples);
  const range = Math.max(...samples) - Math.min(...samples);
  return { median: middle, spread: middle === 0 ? 0 : range / middle, samples };
};
