/** Buckets of one power of two: a value is told apart from another that differs by 1/128 or more. */
const SUB = 128;
const SUB_BITS = 7;

/** Counts durations in constant memory, exactly up to 127 and within 0.8 % above. */
export interface Histogram {
  /** A whole number of microseconds, 0 up to 2^31. */
  record(micros: number): void;
  readonly count: number;
  /** The least duration that a share `q` (0 to 1) of all were not above; 0 where nothing was recorded. */
  quantile(q: number): number;
  clear(): void;
}

const bucketOf = (micros: number): number => {
  if (micros < SUB) return micros;
  const shift = 31 - Math.clz32(micros) - SUB_BITS;
  return (shift + 1) * SUB + ((micros >>> shift) - SUB);
};

/** The largest value of a bucket. */
const topOf = (bucket: number): number => {
  if (bucket < SUB) return bucket;
  const shift = Math.floor(bucket / SUB) - 1;
  return ((bucket % SUB) + SUB + 1) * 2 ** shift - 1;
};

const BUCKETS = bucketOf(2 ** 31 - 1) + 1;

export const createHistogram = (): Histogram => {
  const counts = new Uint32Array(BUCKETS);
  let count = 0;
  return {
    record(micros) {
      const bucket = bucketOf(Math.min(Math.max(Math.round(micros), 0), 2 ** 31 - 1));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      count += 1;
    },
    get count() {
      return count;
    },
    quantile(q) {
      const wanted = Math.max(1, Math.ceil(q * count));
      let seen = 0;
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
        seen += counts[bucket] ?? 0;
        if (seen >= wanted) return topOf(bucket);
      }
      return 0;
    },
    clear() {
      counts.fill(0);
      count = 0;
    },
  };
};
