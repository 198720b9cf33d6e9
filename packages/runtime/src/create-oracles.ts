import { DomainError } from "@closebell/context";
import { type Database, databaseClock, type Deps } from "@closebell/database";
import { listCalendar, type Oracle } from "@closebell/rounds";
import type { Config } from "./read-config.ts";

export type Oracles = Readonly<Record<string, Oracle>>;

/** When the sessions of an exchange close, with what an operator laid over its calendar. */
const sessionCloses =
  (database: Database, exchange: string) =>
  async (date: Temporal.PlainDate): Promise<Temporal.Instant | undefined> => {
    try {
      const [day] = await listCalendar({ database }, { exchange, from: date, to: date });
      return day?.closesAt ?? undefined;
    } catch (error) {
      if (error instanceof DomainError && error.code === "BEYOND_CALENDAR") return undefined;
      throw error;
    }
  };

type Adapters = typeof import("@closebell/adapters/oracle");

const simulatedOracles = (adapters: Adapters, database: Database): readonly Oracle[] => {
  const { databaseCloses, simulatedOracle } = adapters;
  const clock = databaseClock(database);
  return (["simulated", "simulated-b"] as const).map((name) =>
    simulatedOracle({ name, clock, overrides: databaseCloses({ database, source: name }) }),
  );
};

/** Loads what reads a chain only where a feed is named. */
const chainlinkOracles = async (
  { chainlink }: Config["oracle"],
  closesAt: ReturnType<typeof sessionCloses>,
): Promise<readonly Oracle[]> => {
  if (chainlink === undefined) return [];
  const { chainlinkOracle } = await import("@closebell/adapters/oracle/chainlink");
  return [chainlinkOracle({ ...chainlink, closesAt })];
};

const realOracles = async (
  adapters: Adapters,
  { oracle, market }: OraclePart,
  database: Database,
): Promise<readonly Oracle[]> => {
  const { alpacaAuctions, alpacaBars, fileOracle } = adapters;
  const { fred, massive, providerOracle, twelveData } = adapters;
  const { alpaca } = oracle;
  const closesAt = sessionCloses(database, market.exchange);
  const made = [
    oracle.file && fileOracle({ path: oracle.file, timezone: market.timezone }),
    oracle.massive && providerOracle(massive(oracle.massive), { ...oracle.massive, closesAt }),
    alpaca && providerOracle(alpacaAuctions(alpaca), { ...alpaca, closesAt }),
    alpaca && providerOracle(alpacaBars(alpaca), { ...alpaca, closesAt }),
    oracle.twelveData &&
      providerOracle(twelveData(oracle.twelveData), { ...oracle.twelveData, closesAt }),
    oracle.fred && providerOracle(fred(oracle.fred), { ...oracle.fred, closesAt }),
    ...(await chainlinkOracles(oracle, closesAt)),
  ];
  return made.filter((each) => typeof each === "object");
};

type OraclePart = Pick<Config, "oracle" | "market">;

/**
 * The price sources by name, as markets list them: every one that has what it needs, listed or not, so that a market can be
 * given another; but made-up prices only where the environment asks for them.
 */
export const createOracles = async (config: OraclePart, database: Database): Promise<Oracles> => {
  const adapters = await import("@closebell/adapters/oracle");
  const simulated = config.oracle.listed.some((name) => name.startsWith("simulated"))
    ? simulatedOracles(adapters, database)
    : [];
  const all = [...simulated, ...(await realOracles(adapters, config, database))];
  return Object.fromEntries(all.map((oracle) => [oracle.name, oracle]));
};

type SetSimulatedClose = Parameters<
  (typeof import("@closebell/adapters/oracle"))["setSimulatedClose"]
>[1];

/** What an integrator may do to the simulated sources. */
export interface Simulation {
  /** @throws DomainError PRICE_INVALID, VALIDATION_FAILED */
  setClose(input: SetSimulatedClose): Promise<unknown>;
}

/** undefined where no source is simulated. */
export const createSimulation = (deps: Deps, oracles: Oracles): Simulation | undefined => {
  if (!Object.values(oracles).some((oracle) => oracle.simulated)) return undefined;
  return {
    async setClose(input) {
      const { setSimulatedClose } = await import("@closebell/adapters/oracle");
      return setSimulatedClose(deps, input);
    },
  };
};
