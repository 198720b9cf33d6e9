import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CustodyPolicy } from "@closebell/custody";
import { microUsdc } from "@closebell/money";
import type { MarketSettings } from "@closebell/rounds";
import { type AuthConfig, authConfigOf } from "./auth-config.ts";
import { AUTH_SECRETS, authConflicts } from "./auth-variables.ts";
import {
  type ChainConfig,
  chainConfigOf,
  chainConflicts,
  isWorthSomething,
} from "./chain-config.ts";
import { CHAIN_SECRETS } from "./chain-variables.ts";
import { ConfigError } from "./config-error.ts";
import { conflictsOf, environment, type Variables } from "./config-schema.ts";
import { custodyPolicyOf, payoutWaitOf, policyConflicts } from "./custody-policy-config.ts";
import { type HttpConfig, httpConfigOf, httpConflicts } from "./http-config.ts";
import { HTTP_SECRETS } from "./http-variables.ts";
import { MAIL_SECRETS } from "./mail-variables.ts";
import { type OracleConfig, oracleConfigOf, oracleConflicts } from "./oracle-config.ts";
import { ORACLE_SECRETS } from "./oracle-variables.ts";
import { SCREENING_SECRETS, screeningConflicts } from "./screening-variables.ts";

/** allow-all: everybody may, and nobody is asked. */
export type ScreeningConfig =
  | { readonly kind: "allow-all" }
  | { readonly kind: "http"; readonly url: string; readonly token: string | undefined };

/** Everything that differs between one installation and another. */
export interface Config {
  /** Turns on the checks of production: no sandbox database. */
  readonly production: boolean;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly schedulerPort: number;
  /** How long an API that is to stop goes on answering while it says that it wants no more requests. */
  readonly drainSeconds: number;
  readonly logLevel: Variables["LOG_LEVEL"];
  /** undefined: lines for people on a terminal, JSON elsewhere. */
  readonly logPretty: boolean | undefined;
  /** undefined: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** undefined: PostgreSQL carries jobs and events. */
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  /** Where `sandbox` keeps its own embedded PostgreSQL. */
  readonly sandboxDir: string;
  /** What the first migration makes the default market of. */
  readonly market: MarketSettings;
  readonly auth: AuthConfig;
  readonly http: HttpConfig;
  readonly mail: {
    /** Of an SMTP server, with its login. undefined: the terminal, or in production nothing. */
    readonly url: string | undefined;
    readonly from: string;
  };
  readonly oracle: OracleConfig;
  readonly chain: ChainConfig;
  /** Who says whether a player may be served. */
  readonly screening: ScreeningConfig;
  readonly policy: CustodyPolicy;
  /** How long a saved payout address waits: what a migration tells the database, whose rule it is. */
  readonly payoutWaitHours: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadOptions {
  /** False for a process that asks no source for a price: it needs no key of any. Default true. */
  readonly asksPrices?: boolean;
}

// A variable that is there and empty, as compose and .env make them, is not set.
const setOnly = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const text = value?.trim() ?? "";
      return text === "" ? [] : [[name, text]];
    }),
  );

/** Replaces NAME_FILE by NAME with what the file holds: how orchestrators hand over secrets. */
const readSecret = (values: Record<string, string>, name: string): readonly string[] => {
  const file = values[`${name}_FILE`];
  if (file === undefined) return [];
  if (values[name] !== undefined) return [`Set ${name} or ${name}_FILE, not both.`];
  try {
    values[name] = readFileSync(file, "utf8").trim();
    return values[name] === "" ? [`The file of ${name}_FILE is empty.`] : [];
  } catch {
    return [`The file of ${name}_FILE can't be read.`];
  }
};

/** Variables that *_FILE may stand for. */
const SECRETS: readonly string[] = [
  "DATABASE_URL",
  "REDIS_URL",
  ...AUTH_SECRETS,
  ...HTTP_SECRETS,
  ...MAIL_SECRETS,
  ...ORACLE_SECRETS,
  ...CHAIN_SECRETS,
  ...SCREENING_SECRETS,
];

const isMadeUp = (source: string): boolean => source.startsWith("simulated");

const NAMES: Readonly<Record<string, string>> = { NDX: "Nasdaq-100" };

const marketOf = (variables: Variables): MarketSettings => ({
  code: variables.MARKET,
  name: NAMES[variables.MARKET] ?? variables.MARKET,
  symbol: variables.MARKET_SYMBOL ?? variables.MARKET,
  exchange: "NASDAQ",
  timezone: variables.TIMEZONE,
  feeBps: variables.FEE_BPS,
  minStake: microUsdc(variables.MIN_STAKE_MICRO_USDC),
  maxStake: microUsdc(variables.MAX_STAKE_MICRO_USDC),
  lockOffsetSeconds: 1,
  fetchDelayMinutes: variables.CLOSE_FETCH_DELAY_MIN,
  graceMinutes: variables.SETTLE_GRACE_MIN,
  guardBps: 3_000,
  onGraceEnd: "void",
  sources: variables.ORACLE,
  sourceRule: variables.ORACLE_RULE,
  toleranceBps: variables.ORACLE_TOLERANCE_BPS,
  auditSources: variables.ORACLE_AUDIT,
});

const screeningOf = ({ SCREENING_URL: url, SCREENING_TOKEN: token }: Variables): ScreeningConfig =>
  url === undefined ? { kind: "allow-all" } : { kind: "http", url, token };

const configOf = (variables: Variables): Config => {
  const dataDir = resolve(variables.DATA_DIR);
  return {
    production: variables.NODE_ENV === "production",
    host: variables.HOST,
    port: variables.PORT,
    schedulerPort: variables.SCHEDULER_PORT,
    drainSeconds: variables.DRAIN_SECONDS,
    logLevel: variables.LOG_LEVEL,
    logPretty: variables.LOG_PRETTY,
    databaseUrl: variables.DATABASE_URL,
    redisUrl: variables.REDIS_URL,
    dataDir,
    sandboxDir: join(dataDir, "sandbox"),
    market: marketOf(variables),
    auth: authConfigOf(variables),
    http: httpConfigOf(variables),
    mail: { url: variables.MAIL_URL, from: variables.MAIL_FROM },
    oracle: oracleConfigOf(variables),
    chain: chainConfigOf(variables),
    screening: screeningOf(variables),
    policy: custodyPolicyOf(variables),
    payoutWaitHours: payoutWaitOf(variables),
  };
};

/**
 * Reads the whole environment at once.
 * @throws ConfigError with every problem; none of them repeats a value, which may be a secret
 */
export const readConfig = (
  env: Environment = process.env,
  { asksPrices = true }: ReadOptions = {},
): Config => {
  const values = setOnly(env);
  const problems = SECRETS.flatMap((name) => readSecret(values, name));
  const parsed = environment.safeParse(values);
  problems.push(
    ...oracleConflicts(values, { asksPrices }),
    ...chainConflicts(parsed.success ? parsed.data : values),
  );
  if (parsed.success) {
    problems.push(...conflictsOf(parsed.data), ...policyConflicts(parsed.data));
    problems.push(...httpConflicts(parsed.data));
    problems.push(...authConflicts(parsed.data), ...screeningConflicts(parsed.data));
  } else {
    problems.push(...parsed.error.issues.map((issue) => issue.message));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const config = configOf(parsed.data);
  if (isWorthSomething(config.chain)) {
    const unreal = [
      ...(config.market.sources.some(isMadeUp) ? ["ORACLE must name a real source"] : []),
      ...(config.screening.kind === "allow-all" ? ["SCREENING must be http"] : []),
    ];
    if (unreal.length > 0)
      throw new ConfigError(
        unreal.map((what) => `${what}: this chain's money is worth something.`),
      );
  }
  return config;
};

/** The settings of a program that brings its own: of the environment only `names` count. @throws ConfigError */
export const readConfigOf = (settings: Environment, names: readonly string[]): Config =>
  readConfig({
    ...Object.fromEntries(names.map((name) => [name, process.env[name]])),
    ...settings,
  });
