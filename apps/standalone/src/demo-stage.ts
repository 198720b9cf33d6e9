import { type By, DomainError, type ErrorCode, SYSTEM_ACTORS } from "@closebell/context";
import { moveClock, snapshot } from "@closebell/database";
import { trialBalance } from "@closebell/ledger";
import { formatUsdc, microUsdc } from "@closebell/money";
import { type BetIntake, createBetIntake } from "@closebell/rounds";
import {
  type Config,
  createLogger,
  createRuntime,
  migrateAll,
  openPlace,
  readConfig,
  type Runtime,
} from "@closebell/runtime";
import { throwAwayFolder } from "./throw-away-folder.ts";

/** Where the demonstration plays: a sandbox of its own, gone afterwards. */
export interface DemoStage extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly intake: BetIntake;
  /** A request of whoever plays. */
  by(): By;
  moveTo(instant: string): Promise<void>;
  /** Tells what happened, and what the books say then. @throws Error where they don't sum to zero */
  tell(title: string, ...lines: readonly string[]): Promise<void>;
}

/** The demonstration brings its own database, so that it plays the same everywhere. */
const demoConfig = (): Config => ({
  ...readConfig({}),
  databaseUrl: undefined,
  redisUrl: undefined,
});

const GROUPS = ["user", "round", "house", "custody"] as const;

/** One line of the books by class of account; they must sum to zero. */
const booksLine = async (runtime: Runtime): Promise<string> => {
  const lines = await snapshot(runtime, trialBalance);
  const sumOf = (accounts: typeof lines) =>
    microUsdc(accounts.reduce((sum, { balance }) => sum + balance, 0n));
  const total = sumOf(lines);
  if (total !== 0n) throw new Error(`The books are off by ${formatUsdc(total)}.`);
  const groups = GROUPS.map((group) => {
    const sum = sumOf(lines.filter(({ accounts }) => accounts.split("/")[0] === group));
    return `${group} ${formatUsdc(sum)}`;
  });
  return `${groups.join("   ")}   sum 0 ✓`;
};

/** Runs what must be refused, and answers the refusal in words. @throws Error where it is not */
export const refusal = async (code: ErrorCode, attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof DomainError && error.code === code) return `${code}: ${error.message}`;
    throw error;
  }
  throw new Error(`This should have been refused with ${code}, and was not.`);
};

/** @throws Error where what happened is not what the rules say */
export const expectThat = (what: string, actual: unknown, expected: unknown): void => {
  if (actual === expected) return;
  throw new Error(`${what} should be ${String(expected)}, and is ${String(actual)}.`);
};

const openRuntime = async (stack: AsyncDisposableStack, startsAt: string): Promise<Runtime> => {
  const config = demoConfig();
  const log = createLogger({ logLevel: "error", logPretty: false, name: "demo", stream: "stderr" });
  const folder = await throwAwayFolder(stack, "closebell-demo-");
  const place = await openPlace({ config, mode: "serve", log, dataDir: folder });
  stack.defer(() => place.close());
  const now = Temporal.Instant.from(startsAt);
  await migrateAll({ url: place.url, config, log, sandbox: { now } });
  const runtime = await createRuntime({ config, log, place, name: "demo" });
  stack.defer(() => runtime.stop());
  return runtime;
};

/** Builds the stage, with its clock at `startsAt`. */
export const openStage = async (
  startsAt: string,
  say: (line: string) => void,
): Promise<DemoStage> => {
  await using stack = new AsyncDisposableStack();
  const runtime = await openRuntime(stack, startsAt);
  const intake = createBetIntake(runtime);
  stack.defer(() => intake.close());
  const held = stack.move();
  let steps = 0;
  let gone: Promise<void> | undefined;
  const by = (): By => ({ actor: SYSTEM_ACTORS.anonymous, requestId: runtime.ids.uuid() });
  return {
    runtime,
    intake,
    by,
    async moveTo(instant) {
      await moveClock(runtime, { by: by(), to: Temporal.Instant.from(instant) });
    },
    async tell(title, ...lines) {
      steps += 1;
      say(`${String(steps).padStart(2)}  ${title}`);
      for (const line of lines) say(`    ${line}`);
      say(`    books: ${await booksLine(runtime)}\n`);
    },
    [Symbol.asyncDispose]: () => (gone ??= held.disposeAsync()),
  };
};
