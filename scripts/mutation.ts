import { join } from "node:path";
import { damagedCopies, type DamagedCopy, releasedFirst, type TestRun } from "./damaged-copy.ts";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

/**
 * Shows that the tests notice: plants each mutant in a copy of the workspace and runs its tests there, until one of them
 * fails. Exits 1 if any mutant survives. Arguments narrow it to mutants whose name or file contains one of them.
 */
const ROOT = join(import.meta.dir, "..");

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs the mutant's command with it planted, or without it. */
const run = (copy: DamagedCopy, { tests, edits }: Planted, planted: boolean): Promise<TestRun> => {
  const [, program, ...args] = tests.split(" ");
  return copy.test(["--bail", ...args], planted ? edits : [], program !== "test");
};

const occursOnce = async ({ file, find }: Mutant): Promise<void> => {
  const times = (await Bun.file(join(ROOT, file)).text()).split(find).length - 1;
  if (times !== 1) {
    throw new Error(
      `${JSON.stringify(find)} occurs ${times} times in ${file}. Adapt it in scripts/*-mutants.ts: it must be once.`,
    );
  }
};

const selected = MUTANTS.filter(({ name, file }) => {
  const wanted = process.argv.slice(2);
  return wanted.length === 0 || wanted.some((part) => name.includes(part) || file.includes(part));
}).map((mutant) => ({ ...mutant, edits: [mutant] }));
if (selected.length === 0) throw new Error("No mutant matches. See scripts/*-mutants.ts.");
for (const mutant of selected) await occursOnce(mutant);

type Planted = (typeof selected)[number];

const width = Math.max(...selected.map(({ name }) => name.length));
await using copies = await damagedCopies(selected.length);

const byCommand = new Map(selected.map((mutant) => [mutant.tests, mutant]));
await copies.each([...byCommand.values()], async (copy, mutant) => {
  const passes = ({ failed, broken }: TestRun) => failed.length === 0 && !broken;
  const first = await run(copy, mutant, false);
  if (passes(first)) return;
  // a busy machine is told from a defect, as in scripts/test.ts
  say(`failed without any mutant, and runs again: ${mutant.tests}\n${first.output}`);
  const second = await run(copy, mutant, false);
  if (passes(second)) return;
  throw new Error(`Without any mutant, ${mutant.tests} fails. Mend that first.\n${second.output}`);
});

let survivors = 0;
await copies.each(releasedFirst(selected), async (copy, mutant) => {
  const began = performance.now();
  const { failed, broken, output } = await run(copy, mutant, true);
  if (broken) say(`broken, which proves nothing: ${mutant.name}\n${output}`);
  const [killer] = broken ? [] : failed;
  if (killer === undefined) survivors += 1;
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  const verdict = killer === undefined ? `SURVIVED  ${mutant.tests}` : `killed    ${killer}`;
  say(`${mutant.name.padEnd(width)}  ${seconds} s  ${verdict}`);
});
say(`${selected.length - survivors} of ${selected.length} mutants killed`);
process.exitCode = survivors === 0 ? 0 : 1;
