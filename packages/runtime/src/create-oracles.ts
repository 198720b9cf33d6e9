import { type Database, databaseClock, type Deps } from "@closebell/database";
import type { Oracle } from "@closebell/rounds";
import type { Config } from "./read-config.ts";

export type Oracles = Readonly<Record<string, Oracle>>;

/**
 * The price sources by name, as markets list them: both simulated ones, which cost nothing, unless this is production with
 * a real source; and the file where there is one.
 */
export const createOracles = async (
  config: Pick<Config, "oracle" | "oracleFile" | "market">,
  database: Database,
): Promise<Oracles> => {
  const { databaseCloses, fileOracle, simulatedOracle } =
    await import("@closebell/adapters/oracle");
  const clock = databaseClock(database);
  const simulated = (["simulated", "simulated-b"] as const).map((name) =>
    simulatedOracle({ name, clock, overrides: databaseCloses({ database, source: name }) }),
  );
  const { oracleFile: path } = config;
  const { timezone } = config.market;
  const file = path === undefined ? [] : [fileOracle({ path, timezone })];
  const all = config.oracle === "simulated" ? [...simulated, ...file] : file;
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
