/** What a figure should reach. */
export interface Target {
  readonly must: number | null;
  readonly aim: number | null;
  /** Which way is good. */
  readonly better: "higher" | "lower";
}

/** Whether a figure reached what it must: null where nothing is asked of it. */
export type Met = boolean | "not measured" | null;

export interface Verdict {
  /** The must, or where there is none the aim. */
  readonly met: Met;
  readonly aimMet: Met;
}

const reaches = (value: number, wanted: number | null, better: Target["better"]): Met => {
  if (wanted === null) return null;
  return better === "higher" ? value >= wanted : value <= wanted;
};

/** Judges a figure; what could not be measured is never met, nor missed. */
export const judge = (value: number | null, { must, aim, better }: Target): Verdict => {
  if (value === null || !Number.isFinite(value)) {
    const unknown = (wanted: number | null): Met => (wanted === null ? null : "not measured");
    return { met: unknown(must ?? aim), aimMet: unknown(aim) };
  }
  return { met: reaches(value, must ?? aim, better), aimMet: reaches(value, aim, better) };
};
