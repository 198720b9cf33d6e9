import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { BenchServer } from "../server/bench-server.ts";
import { thisMachine, type Machine } from "../server/machine.ts";
import type { Row } from "./figure.ts";
import { PARTS, type Part } from "./targets.ts";

const RESULTS = resolve(import.meta.dir, "../../results");

/** On what and how the figures of a run were measured. */
export interface Circumstances {
  readonly date: string;
  readonly minutes: number;
  readonly quick: boolean;
  readonly parts: readonly Part[];
  readonly repetitions: number;
  readonly machine: Machine;
  readonly postgres: string;
  readonly settings: Readonly<Record<string, string>>;
}

export const circumstancesOf = (
  server: Pick<BenchServer, "version" | "settings">,
  run: Pick<Circumstances, "quick" | "parts" | "repetitions"> & { readonly seconds: number },
): Circumstances => ({
  date: Temporal.Now.instant().toString({ smallestUnit: "second" }),
  minutes: Math.round(run.seconds / 6) / 10,
  quick: run.quick,
  parts: run.parts,
  repetitions: run.repetitions,
  machine: thisMachine(),
  postgres: server.version,
  settings: server.settings,
});

const write = (path: string, content: unknown): Promise<number> =>
  Bun.write(path, `${JSON.stringify(content, null, 2)}\n`);

/**
 * Writes the rows of a whole run to results/latest.json, and beside it on what they were measured (run.json) and how the
 * references' statements were planned (plans.txt). A quick run, or one of some parts, goes to a file of its own, which git
 * ignores: it is no result.
 * @returns the path of the rows
 */
export const writeResults = async (
  rows: readonly Row[],
  circumstances: Circumstances,
  plans: ReadonlyMap<string, string>,
): Promise<string> => {
  await mkdir(RESULTS, { recursive: true });
  const { quick, parts } = circumstances;
  if (quick || parts.length < PARTS.length) {
    const path = join(RESULTS, `${quick ? "quick-" : ""}${parts.join("-")}.tmp`);
    await write(path, { circumstances, plans: Object.fromEntries(plans), rows });
    return path;
  }
  const path = join(RESULTS, "latest.json");
  await write(path, rows);
  await write(join(RESULTS, "run.json"), circumstances);
  const texts = [...plans].map(([name, plan]) => `${name}\n\n${plan}\n`);
  await Bun.write(join(RESULTS, "plans.txt"), texts.join("\n"));
  return path;
};
