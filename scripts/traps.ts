import { damagedCopies, releasedFirst } from "./damaged-copy.ts";
import { TRAPS } from "./trap-list.ts";

/**
 * Shows that the traps of the hot paths would be noticed: puts each back into a copy of the workspace and runs its tests
 * there, every one of which must fail. Without any trap all of them must pass. Arguments are numbers of traps.
 */
const TESTS = "test/traps";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const wanted = new Set(process.argv.slice(2).map(Number));
const selected = TRAPS.filter(({ number }) => wanted.size === 0 || wanted.has(number));
await using copies = await damagedCopies(selected.length);

const numbers = selected.map(({ number }) => number).join("|");
await copies.each([`trap (${numbers}):`], async (copy, filter) => {
  const { passed, failed, output } = await copy.test([TESTS, "-t", filter]);
  if (failed.length > 0 || passed.length < selected.length) {
    throw new Error(`Without any trap, tests fail or are missing. Mend that first.\n${output}`);
  }
  say(`without any trap: ${passed.length} tests pass`);
});

let shown = 0;
await copies.each(releasedFirst(selected), async (copy, trap) => {
  const { passed, failed, broken, output } = await copy.test(
    [TESTS, "-t", `trap ${trap.number}:`],
    trap.edits,
  );
  const red = failed.length > 0 && passed.length === 0 && !broken;
  if (red) shown += 1;
  const why = /^(?:error|PostgresError|DomainError): (.*)$/m.exec(output)?.[1] ?? "";
  say(`trap ${String(trap.number).padStart(2)}  ${red ? "red  " : "GREEN"}  ${trap.name}: ${why}`);
  if (!red) say(output);
});
say(`${shown} of ${selected.length} traps shown red`);
process.exitCode = shown === selected.length ? 0 : 1;
