import type { JobQueue } from "@closebell/adapters/queue";
import { type EventBus, type Logger, type RateLimiter, randomIds } from "@closebell/context";
import {
  type Chain,
  ChainError,
  checkChains,
  type CustodyDeps,
  payoutWait,
} from "@closebell/custody";
import { type Database, type Deps, openDatabase } from "@closebell/database";
import type { IdentityDeps, Mailer } from "@closebell/identity";
import type { Screening } from "@closebell/protection";
import type { OracleDeps } from "@closebell/rounds";
import type { Registry } from "prom-client";
import { auditBooks, type BooksAudit } from "./audit-books.ts";
import { isWorthSomething } from "./chain-config.ts";
import { checkDatabase } from "./check-database.ts";
import { showClockOffset } from "./compare-clocks.ts";
import { ConfigError } from "./config-error.ts";
import { createChains } from "./create-chains.ts";
import { createIdentity } from "./create-identity.ts";
import { createEvents, eventsTravel } from "./create-events.ts";
import { createLimiter } from "./create-limiter.ts";
import { createMailer } from "./create-mailer.ts";
import { createOracles, createSimulation, type Simulation } from "./create-oracles.ts";
import { createProbes, type Probe } from "./create-probes.ts";
import { createQueue } from "./create-queue.ts";
import { createScreening } from "./create-screening.ts";
import { createTelemetry, type Telemetry } from "./create-telemetry.ts";
import type { Place } from "./open-place.ts";
import type { Config } from "./read-config.ts";
import { stopWithin } from "./stop-within.ts";
import { type RecordVerdict, verifyRecord } from "./verify-record.ts";

export interface RuntimeOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Where the database is; closed by whoever opened it, after `stop`. */
  readonly place: Pick<Place, "url"> & Partial<Pick<Place, "dataDir">>;
  /** Shows in PostgreSQL's list of connections. */
  readonly name: string;
  /** Connections at most; default 10. */
  readonly connections?: number;
  /** Connects to the queue of jobs too: a scheduler, or an API that tells of the queue's health. */
  readonly queue?: boolean;
  /** Holds the keys to sign payments with, where the environment has them. Nothing that takes requests may. */
  readonly signs?: boolean;
  /** Signs people in, or sends their mail: does not start without AUTH_SECRET, or an embedded database that keeps one. */
  readonly signsIn?: boolean;
  /** The server ends a statement that runs longer; default 30 s, 0 for never. */
  readonly statementTimeoutMs?: number;
}

/** Everything a process of the service is built from. It is itself the `deps` of every verb. */
export interface Runtime extends OracleDeps, CustodyDeps, IdentityDeps {
  readonly config: Config;
  /** Whether the clock is moved by hand. */
  readonly sandbox: boolean;
  readonly screening: Screening;
  readonly queue: JobQueue | undefined;
  /** undefined where letters wait for a server to send them. */
  readonly mailer: Mailer | undefined;
  readonly registry: Registry;
  readonly telemetry: Telemetry;
  readonly probes: readonly Probe[];
  /** Only where a price source and every chain is simulated. */
  readonly simulation?: Simulation;
  /** Checks the books on a connection of its own, which may take minutes. */
  audit(): Promise<BooksAudit>;
  /** Recomputes the hashes of the audit log and of the sealed transfers, likewise. */
  verifyRecord(): Promise<RecordVerdict>;
  /** Closes queue, events and database, in this order, within 5 s whatever is down. May be called again. */
  stop(): Promise<void>;
}

/** Long enough for the largest books; an audit that hangs must end some time. */
const AUDIT_TIMEOUT_MS = 600_000;
/** How long to wait for the bus: without it a command's own events would be lost. */
const EVENTS_WITHIN_MS = 1_000;
const STOP_MS = { queue: 3_000, events: 500, limiter: 1_200, database: 1_500 } as const;

const atLeisure = async <T>(
  url: string,
  work: (deps: { readonly database: Database }) => Promise<T>,
): Promise<T> => {
  const database = openDatabase({
    url,
    max: 1,
    applicationName: "closebell-audit",
    statementTimeoutMs: AUDIT_TIMEOUT_MS,
  });
  try {
    return await work({ database });
  } finally {
    await database.close();
  }
};

const connectQueue = (
  { config, log, place, queue }: RuntimeOptions,
  telemetry: Telemetry,
): Promise<JobQueue | undefined> =>
  queue === true
    ? createQueue({
        redisUrl: config.redisUrl,
        databaseUrl: place.url,
        log,
        jobFailed: telemetry.jobFailed,
      })
    : Promise.resolve(undefined);

interface Opened {
  readonly database: Database;
  readonly events: EventBus;
  readonly limiter: RateLimiter;
  readonly queue: JobQueue | undefined;
}

const stopper = (
  log: Logger,
  { database, events, limiter, queue }: Opened,
): (() => Promise<void>) => {
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    // jobs still running need the rest
    if (queue !== undefined) await stopWithin(log, "queue", STOP_MS.queue, () => queue.close());
    await Promise.all([
      stopWithin(log, "events", STOP_MS.events, () => events.close()),
      stopWithin(log, "limiter", STOP_MS.limiter, () => limiter.close()),
      stopWithin(log, "database", STOP_MS.database, () => database.close()),
    ]);
  };
  return () => (stopping ??= stop());
};

/** The books under a chain's name are of one token on one chain for ever. */
const judgeChains = async (database: Database, chains: readonly Chain[]): Promise<void> => {
  try {
    await checkChains({ database }, chains);
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    throw new ConfigError([
      `${error.message} Correct EVM_CHAIN_ID or EVM_USDC_ADDRESS, or give what is new an EVM_CHAIN_NAME of its own.`,
    ]);
  }
};

/** What is allowed, and unwise. */
const warnOfChain = ({ config: { chain }, signs, log }: RuntimeOptions): void => {
  if (chain.kind === "simulated") return;
  if (signs !== true && (chain.hotWalletKey ?? chain.depositKey) !== undefined) {
    // a key that nobody needs here is one more place to steal it from
    log.warn(
      {},
      "this process signs nothing: take EVM_HOT_WALLET_KEY and EVM_DEPOSIT_KEY out of its environment",
    );
  }
  if (isWorthSomething(chain) && chain.rpcUrls.length === 1) {
    log.warn({}, "one node alone is believed: EVM_RPC_URL_SECOND names another to compare it with");
  }
};

/** How long payout addresses wait is the database's rule, which a migration changes and a start does not. */
const warnOfWait = async ({ config, log }: RuntimeOptions, database: Database): Promise<void> => {
  if (config.chain.kind === "simulated") return;
  const [rule, said] = [await payoutWait({ database }), config.payoutWaitHours];
  if (rule === said) return;
  log.warn(
    { rule, said },
    `payout addresses wait ${rule} h by the database, ${said} h by PAYOUT_ADDRESS_DELAY_HOURS: the database rules until the next migrate`,
  );
};

const open = async (options: RuntimeOptions, database: Database): Promise<Runtime> => {
  const { config, log, place } = options;
  const { sandbox } = await checkDatabase(database, config);
  const { redisUrl } = config;
  const limiter = await createLimiter({ redisUrl, databaseUrl: place.url, log });
  const identity = await createIdentity({
    config,
    sandbox,
    dataDir: place.dataDir,
    signsIn: options.signsIn === true,
    limiter,
  });
  const telemetry = createTelemetry();
  showClockOffset({ database, registry: telemetry.registry, log });
  const oracles = await createOracles(config, database);
  const chains = await createChains(config, { signs: options.signs === true });
  await judgeChains(database, chains);
  const events = await createEvents({ redisUrl, databaseUrl: place.url, log, ids: randomIds });
  const queue = await connectQueue(options, telemetry);
  const deps: Deps = { database, events, ids: randomIds, log };
  // what is made up never goes with money that is not
  const made = chains.every((chain) => chain.simulated);
  const simulation = made ? createSimulation(deps, oracles) : undefined;
  warnOfChain(options);
  await warnOfWait(options, database);
  const travels = await eventsTravel(events, EVENTS_WITHIN_MS);
  if (!travels) log.warn({}, "events do not travel yet; going on without them");
  return {
    ...deps,
    ...identity,
    config,
    sandbox,
    oracles,
    observeOracle: telemetry.observeOracle,
    chains,
    policy: config.policy,
    screening: createScreening(config),
    mailer: createMailer(config),
    queue,
    registry: telemetry.registry,
    telemetry,
    probes: createProbes({
      database,
      events,
      limiter,
      queue,
      oracles,
      chains,
      usesRedis: redisUrl !== undefined,
    }),
    ...(simulation === undefined ? {} : { simulation }),
    audit: () => atLeisure(place.url, auditBooks),
    verifyRecord: () => atLeisure(place.url, verifyRecord),
    stop: stopper(log, { database, events, limiter, queue }),
  };
};

/**
 * Connects to everything a process needs, once.
 * @throws DomainError DATABASE_UNAVAILABLE where the database can't be reached or was not migrated; SANDBOX_ONLY for a
 * sandbox in production
 * @throws ConfigError where a chain's settings contradict each other, or the books that are kept under its name
 */
export const createRuntime = async (options: RuntimeOptions): Promise<Runtime> => {
  const database = openDatabase({
    url: options.place.url,
    applicationName: options.name,
    ...(options.connections === undefined ? {} : { max: options.connections }),
    ...(options.statementTimeoutMs === undefined
      ? {}
      : { statementTimeoutMs: options.statementTimeoutMs }),
  });
  try {
    return await open(options, database);
  } catch (error) {
    await database.close();
    throw error;
  }
};
