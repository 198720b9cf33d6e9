import type { Summary } from "../stats/summary.ts";
import { judge, type Met } from "./judge.ts";
import { LINES, type LineId, type Part } from "./targets.ts";

/** What a measurement found for one line of the table. */
export interface Figure {
  readonly line: LineId;
  /** A ratio of medians, or a quantity in the line's unit. */
  readonly value: number;
  readonly ours?: Summary;
  readonly theirs?: Summary;
  /** In what `ours` and `theirs` are measured. */
  readonly measuredIn?: string;
  readonly note?: string;
}

/** One line of the table as `bench/results/latest.json` has it. */
export interface Row {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly reference: string | null;
  readonly must: number | null;
  readonly aim: number | null;
  readonly met: Met;
  readonly aimMet: Met;
  readonly better: "higher" | "lower";
  readonly id: LineId;
  readonly part: Part;
  readonly ours: Summary | null;
  readonly theirs: Summary | null;
  readonly measuredIn: string | null;
  readonly note: string | null;
  /** Of a run whose figures mean nothing. */
  readonly quick: boolean;
}

/** A figure that is the ratio of two medians. */
export const ratioOf = (
  line: LineId,
  ours: Summary,
  theirs: Summary,
  measuredIn: string,
  note?: string,
): Figure => ({
  line,
  value: ours.median / theirs.median,
  ours,
  theirs,
  measuredIn,
  ...(note === undefined ? {} : { note }),
});

const LINE_IDS = Object.keys(LINES).filter((id): id is LineId => id in LINES);

export interface RowOptions {
  /** Why a line has no figure. */
  readonly reasons?: ReadonlyMap<LineId, string>;
  readonly quick?: boolean;
}

/** Every line of the chosen parts, measured or not, in the order of the table. */
export const rowsOf = (
  figures: readonly Figure[],
  parts: readonly Part[],
  { reasons, quick }: RowOptions = {},
): readonly Row[] =>
  LINE_IDS.filter((id) => parts.includes(LINES[id].part)).map((id) => {
    const { name, unit, reference, must, aim, better, part } = LINES[id];
    const figure = figures.find(({ line }) => line === id);
    const value = figure?.value ?? null;
    return {
      name,
      value,
      unit,
      reference,
      must,
      aim,
      ...judge(value, { must, aim, better }),
      better,
      id,
      part,
      ours: figure?.ours ?? null,
      theirs: figure?.theirs ?? null,
      measuredIn: figure?.measuredIn ?? null,
      note: figure?.note ?? reasons?.get(id) ?? null,
      quick: quick === true,
    };
  });
