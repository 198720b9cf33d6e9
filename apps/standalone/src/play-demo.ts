import { formatUsdc } from "@closebell/money";
import { arrive, bet, lock, morning, settle, withdraw } from "./demo-acts.ts";
import { type DemoStage, openStage } from "./demo-stage.ts";

const MORNING = "2026-11-23T13:00:00Z";

const audit = async (stage: DemoStage, say: (line: string) => void): Promise<boolean> => {
  const { ok, checks, imbalanceMicroUsdc } = await stage.runtime.audit();
  say("Audit of the books, in one snapshot:");
  for (const check of checks) say(`    ${check.ok ? "✓" : "✗"} ${check.name}: ${check.detail}`);
  say(ok ? "    all is well\n" : `    off by ${formatUsdc(imbalanceMicroUsdc)} USDC\n`);
  return ok;
};

const play = async (stage: DemoStage, say: (line: string) => void): Promise<boolean> => {
  await morning(stage);
  const cast = await arrive(stage);
  await bet(stage, cast);
  await lock(stage, cast);
  await settle(stage, cast);
  await withdraw(stage, cast);
  return await audit(stage, say);
};

/**
 * Plays one round from the morning to a withdrawal on a database of its own, and checks each step against the rules.
 * Ctrl-C, whenever it comes, leaves nothing behind.
 * @returns the exit code: 0 only where the books are right to the unit
 * @throws Error at the first step that is not what the rules say
 */
export const playDemo = async (say: (line: string) => void): Promise<number> => {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => interrupt.abort());
  }
  const began = performance.now();
  say("One round of Closebell, on a throw-away database. One moment …\n");
  await using stage = await openStage(MORNING, say);
  const { promise: interrupted, resolve } = Promise.withResolvers<undefined>();
  interrupt.signal.addEventListener("abort", () => resolve(undefined));
  if (interrupt.signal.aborted) resolve(undefined);
  const ok = await Promise.race([play(stage, say), interrupted]);
  if (ok === undefined) return 130;
  say(`Played in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  say("`bun run sandbox` lets you play; `bun run start` runs the service on real time.");
  return ok ? 0 : 1;
};
