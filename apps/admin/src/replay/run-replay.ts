import { randomBytes } from "node:crypto";
import { simulatedChain } from "@closebell/adapters/chain";
import { DEFAULT_POLICY } from "@closebell/custody";
import { fileOracle } from "@closebell/adapters/oracle";
import type { Ids, Logger } from "@closebell/context";
import { openDatabase } from "@closebell/database";
import { sandboxCrew } from "@closebell/identity";
import { MAX_POOL, microUsdc } from "@closebell/money";
import {
  advanceRounds,
  createBetIntake,
  ensureDefaultMarket,
  getMarket,
  type MarketSettings,
} from "@closebell/rounds";
import { auditBooks, type BooksAudit } from "@closebell/runtime";
import { quietEvents } from "../quiet-events.ts";
import { seededChance } from "./chance.ts";
import { compareBooks } from "./compare-books.ts";
import type { ReplayTotals } from "./expectation.ts";
import { moveMoney } from "./move-money.ts";
import { placeBets, playRound } from "./play-round.ts";
import type { PlannedSession } from "./session-plan.ts";
import { byOf, setStage, type ReplayDeps } from "./stage.ts";

/** What to play, on which migrated sandbox database. */
export interface ReplayInput {
  readonly url: string;
  /** Text of the file of closes. */
  readonly text: string;
  readonly sessions: readonly PlannedSession[];
  readonly settings: MarketSettings;
  readonly bettors: number;
  readonly seed: number;
  readonly ids: Ids;
  readonly log: Logger;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** What came of it: totals as the database has them, and where they are not what the rules alone say. */
export interface ReplayOutcome {
  readonly totals: ReplayTotals;
  readonly audit: BooksAudit;
  readonly differences: readonly string[];
  /** Whoever operated it, for a look into it afterwards. */
  readonly apiKey: string;
}

/** With the longest delay before it, this still ends before the next round locks, an early close 21 hours later included. */
const LONGEST_GRACE_MINUTES = 600;

/**
 * The market of a replay: the usual rules, any stake, the file as its only source. A close that the file lacks is waited for
 * until the next lock at most, since rounds are played to their end one by one.
 */
export const replayMarket = (usual: MarketSettings): MarketSettings => ({
  ...usual,
  graceMinutes: Math.min(usual.graceMinutes, LONGEST_GRACE_MINUTES),
  minStake: microUsdc(1n),
  maxStake: MAX_POOL,
  onGraceEnd: "void",
  sources: ["file"],
  sourceRule: "first",
  toleranceBps: 0,
  auditSources: [],
});

/** The audit at the end reads every transfer of twenty years. */
const STATEMENT_TIMEOUT_MS = 300_000;

/**
 * Plays every session, use case by use case, with the service's own verbs, and audits the books.
 * @throws DomainError where the service refuses or leaves undone what it must do; the signal's reason when it aborts
 */
export const runReplay = async (input: ReplayInput): Promise<ReplayOutcome> => {
  const { url, ids, log, settings, sessions } = input;
  const database = openDatabase({ url, max: 4, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const chain = simulatedChain();
  const oracle = fileOracle({ text: input.text });
  const deps: ReplayDeps = {
    database,
    ids,
    log,
    events: quietEvents,
    chains: [chain],
    policy: DEFAULT_POLICY,
    oracles: { [oracle.name]: oracle },
  };
  // one line of bets: several would take their ids in whatever order their batches happen to go
  const intake = createBetIntake(deps, { shards: 1 });
  try {
    const crew = await sandboxCrew({ ...deps, randomBytes });
    const operator = crew.operator.actor;
    const second = crew.second.actor;
    await ensureDefaultMarket(deps, { by: byOf({ deps }, operator), settings });
    const market = await getMarket(deps, { code: settings.code });
    await advanceRounds(deps, { by: byOf({ deps }, operator) });
    const chance = seededChance(input.seed);
    const stage = await setStage(
      { deps, intake, market, operator, second, chance, chain: chain.name },
      input.bettors,
    );
    const [first] = sessions;
    if (first !== undefined) {
      await moveMoney(stage);
      await placeBets(stage, first);
    }
    for (const [n, session] of sessions.entries()) {
      input.signal.throwIfAborted();
      await playRound(stage, session, sessions[n + 1]);
      input.onProgress(n + 1, sessions.length);
    }
    const { totals, differences } = await compareBooks(deps, market.code, stage.expected);
    const { apiKey } = crew.operator;
    return { totals, differences, apiKey, audit: await auditBooks(deps) };
  } finally {
    await intake.close();
    await database.close();
  }
};
