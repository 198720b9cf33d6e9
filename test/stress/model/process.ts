import { randomUUID } from "node:crypto";
import {
  type By,
  DomainError,
  type Logger,
  randomIds,
  SYSTEM_ACTORS,
} from "../../../packages/context/src/index.ts";
import { memoryEvents, silentLogger } from "../../../packages/context/src/testing.ts";
import { simulatedChain } from "../../../packages/adapters/src/chain/index.ts";
import {
  advanceChain,
  type CustodyDeps,
  DEFAULT_POLICY,
  recordDeposit,
  requestWithdrawal,
} from "../../../packages/custody/src/index.ts";
import {
  type Database,
  databaseClock,
  moveClock,
  openDatabase,
} from "../../../packages/database/src/index.ts";
import { byTwo } from "../../../packages/database/src/testing/by-two.ts";
import { accountStatement, userAccount } from "../../../packages/ledger/src/index.ts";
import { microUsdc } from "../../../packages/money/src/index.ts";
import {
  advanceRounds,
  type BetIntake,
  createBetIntake,
  lockRound,
  type OracleDeps,
  pauseRound,
  resumeRound,
  settleRound,
} from "../../../packages/rounds/src/index.ts";
import {
  type ScriptedOracle,
  scriptedOracle,
} from "../../../packages/rounds/src/testing/scripted-oracle.ts";
import { auditBooks } from "../../../packages/runtime/src/audit-books.ts";
import { giveBack } from "./give-back.ts";
import { type Answer, type Answered, type Close, MOMENTS, type Step } from "./operations.ts";

/** What one process is given to do. */
export interface Job {
  readonly url: string;
  /** Its place among the processes, which is also the stripe it writes to. */
  readonly process: number;
  readonly users: readonly string[];
  readonly script: readonly Step[];
  readonly closes: readonly [Close, Close];
  /** Operations under way at once, at most. */
  readonly width: number;
}

/** What a process says of its script: every answer, and what it logged as an error. */
export interface Played {
  readonly answered: readonly Answered[];
  readonly errors: readonly string[];
}

interface Hands extends OracleDeps, CustodyDeps {
  readonly intake: BetIntake;
  readonly job: Job;
}

/** An address whose payments the simulated chain undoes, and one whose it doesn't. */
const ADDRESS = { fails: `0x${"f".repeat(36)}dead`, works: `0x${"a".repeat(40)}` } as const;
const CHAIN = "simulated";

const SESSIONS = ["2026-11-19", "2026-11-20", "2026-11-23"] as const;
const CHANGE = { up: 1, down: -1, tie: 0 } as const;

/** A source that knows the closes of the plan. */
export const oracleOf = (database: Database, closes: readonly Close[]): ScriptedOracle => {
  const oracle = scriptedOracle({ clock: databaseClock(database) });
  let price = 100;
  for (const [n, session] of SESSIONS.entries()) {
    const close = closes[n - 1];
    price += close === undefined ? 0 : CHANGE[close];
    oracle.script(session, { kind: "right", price: String(price) });
  }
  return oracle;
};

const byOf = (userId?: string): By => ({
  actor:
    userId === undefined ? SYSTEM_ACTORS.scheduler : { kind: "player", id: userId, name: "player" },
  requestId: randomUUID(),
  reason: "interleaving",
});

/** What a player sees of his own account must add up at every line, from nothing and never below it. */
const statement = async (hands: Hands, userId: string): Promise<Answer> => {
  const code = userAccount(userId, "available");
  const { items } = await accountStatement(hands, { code, limit: 500, cursor: undefined });
  let balance = 0n;
  for (const { amount } of items.toReversed()) {
    balance += amount;
    if (balance < 0n) return { ok: false, code: "BELOW_ZERO", detail: code };
  }
  return { ok: true };
};

const audit = async (hands: Hands): Promise<Answer> => {
  const { ok, checks } = await auditBooks(hands);
  const wrong = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
  return ok ? { ok: true } : { ok: false, code: "BOOKS", detail: wrong.join("; ") };
};

const perform = async (hands: Hands, { operation }: Step): Promise<Answer> => {
  const { users } = hands.job;
  const userOf = (n: number): string => users[n] ?? "";
  switch (operation.kind) {
    case "bet": {
      const { side, stake, key, round } = operation;
      const userId = userOf(operation.user);
      const request = { by: byOf(userId), userId, side, stake: microUsdc(BigInt(stake)) };
      const { bet, replayed } = await hands.intake.place({
        ...request,
        idempotencyKey: key,
        roundCode: round,
      });
      return { ok: true, replayed, id: bet.id, round: bet.roundCode };
    }
    case "deposit": {
      const { tx, amount } = operation;
      const told = { chain: CHAIN, tx, log: 0, amountMicroUsdc: microUsdc(BigInt(amount)) };
      const userId = userOf(operation.user);
      const { replayed } = await recordDeposit(hands, { by: byOf(), userId, ...told });
      return { ok: true, replayed };
    }
    case "withdraw": {
      const { key, amount, fails } = operation;
      const userId = userOf(operation.user);
      const { replayed } = await requestWithdrawal(hands, {
        by: byOf(userId),
        userId,
        chain: CHAIN,
        to: fails ? ADDRESS.fails : ADDRESS.works,
        amountMicroUsdc: microUsdc(BigInt(amount)),
        idempotencyKey: key,
      });
      return { ok: true, replayed };
    }
    case "lock":
    case "pause":
    case "resume": {
      const verb = { lock: byTwo(lockRound), pause: pauseRound, resume: resumeRound }[
        operation.kind
      ];
      await verb(hands, { by: byOf(), code: operation.round });
      return { ok: true };
    }
    case "settle": {
      const { round: code, result } = operation;
      await byTwo(settleRound)(hands, { by: byOf(), code, result });
      return { ok: true };
    }
    case "clock": {
      const to = Temporal.Instant.from(MOMENTS[operation.moment] ?? "");
      await moveClock(hands, { by: byOf(), to });
      return { ok: true };
    }
    case "advance":
      await advanceRounds(hands, { by: byOf() });
      return { ok: true };
    case "chain": {
      const { problems } = await advanceChain(hands, { by: byOf() });
      await giveBack(hands, byOf());
      if (problems.length === 0) return { ok: true };
      return { ok: false, code: "CHAIN", detail: JSON.stringify(problems) };
    }
    case "statement":
      return statement(hands, userOf(operation.user));
    case "audit":
      return audit(hands);
  }
};

const answerOf = async (hands: Hands, step: Step): Promise<Answer> => {
  try {
    return await perform(hands, step);
  } catch (error) {
    if (error instanceof DomainError) {
      return { ok: false, code: error.code, detail: error.message };
    }
    return { ok: false, code: "NOT_FORESEEN", detail: Bun.inspect(error) };
  }
};

/** A clock that all processes of this machine share, finer than a millisecond. */
const sharedNow = (): number => performance.timeOrigin + performance.now();

/** The script asks for payments that the chain undoes, which an operator is told of. */
const isAskedFor = (fields: object): boolean =>
  "outcome" in fields && fields.outcome === "REVERTED";

/** What is logged as an error is nobody's answer, and wrong all the same. */
const loggerInto = (errors: string[]): Logger => ({
  ...silentLogger,
  error: (fields, message) => {
    if (!isAskedFor(fields)) errors.push(`${message} ${Bun.inspect(fields)}`);
  },
});

/** Plays a script, `width` operations at a time, and answers what the service said to each. */
export const play = async (job: Job): Promise<Played> => {
  const database = openDatabase({ url: job.url, max: job.width + 2 });
  const errors: string[] = [];
  const deps = {
    database,
    events: memoryEvents(),
    ids: randomIds,
    log: loggerInto(errors),
    oracles: { scripted: oracleOf(database, job.closes) },
    chains: [simulatedChain()],
    policy: DEFAULT_POLICY,
  };
  const hands = { ...deps, job, intake: createBetIntake(deps, { stripe: job.process }) };
  const answered: Answered[] = [];
  const steps = job.script.values();
  const hand = async (): Promise<void> => {
    for (const step of steps) {
      if (step.pause > 0) await Bun.sleep(step.pause);
      const began = sharedNow();
      const answer = await answerOf(hands, step);
      const { operation } = step;
      answered.push({ process: job.process, operation, answer, began, ended: sharedNow() });
    }
  };
  try {
    await Promise.all(Array.from({ length: job.width }, hand));
    return { answered, errors };
  } finally {
    await hands.intake.close();
    await database.close();
  }
};
