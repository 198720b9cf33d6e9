import { join } from "node:path";
import { copyWorkspace } from "./copy-workspace.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

/**
 * Shows that the tests notice: plants each mutant in a copy of the workspace and runs its tests there. Exits 1 if any
 * survives. Arguments narrow it to mutants whose name or file contains one of them.
 */
const MINUTES_PER_RUN = 5;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const run = async (command: string, cwd: string) => {
  const child = Bun.spawn([process.execPath, ...command.split(" ").slice(1)], {
    cwd,
    stdout: "pipe",
    stderr: "pipe",
    timeout: MINUTES_PER_RUN * 60_000,
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { passed: (await child.exited) === 0, output: stdout + stderr };
};

/** Returns what takes the mutant out again. */
const plant = async ({ file, find, replace }: Mutant, root: string) => {
  const path = join(root, file);
  const original = await Bun.file(path).text();
  const parts = original.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `${JSON.stringify(find)} occurs ${parts.length - 1} times in ${file}. Adapt scripts/mutants.ts: it must be once.`,
    );
  }
  await Bun.write(path, parts.join(replace));
  return () => Bun.write(path, original);
};

/** The first test that failed. A run that failed in another way, as by a syntax error, proves nothing. */
const killerIn = (output: string): string | undefined =>
  output.includes("# Unhandled error")
    ? undefined
    : /^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/m.exec(output)?.[1];

const selected = MUTANTS.filter(({ name, file }) => {
  const wanted = process.argv.slice(2);
  return wanted.length === 0 || wanted.some((part) => name.includes(part) || file.includes(part));
});
if (selected.length === 0) throw new Error("No mutant matches. See scripts/mutants.ts.");

const width = Math.max(...selected.map(({ name }) => name.length));
await using copy = await copyWorkspace();

for (const command of new Set(selected.map(({ tests }) => tests))) {
  const { passed, output } = await run(command, copy.path);
  if (!passed) throw new Error(`Without any mutant, ${command} fails. Mend that first.\n${output}`);
}

let survivors = 0;
for (const mutant of selected) {
  const restore = await plant(mutant, copy.path);
  const { passed, output } = await run(mutant.tests, copy.path);
  await restore();
  const killer = passed ? undefined : killerIn(output);
  if (killer === undefined) survivors += 1;
  const verdict = killer === undefined ? `SURVIVED  ${mutant.tests}` : `killed    ${killer}`;
  say(`${mutant.name.padEnd(width)}  ${verdict}`);
}
say(`${selected.length - survivors} of ${selected.length} mutants killed`);
process.exitCode = survivors === 0 ? 0 : 1;
