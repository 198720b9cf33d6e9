import type { z } from "@hono/zod-openapi";
import type { ApiDeps, Finding, Probe } from "../api-deps.ts";
import type { componentSchema } from "../schemas/health.ts";
import { askDatabase } from "./readiness.ts";

type Component = z.infer<typeof componentSchema>;

const PROBE_TIMEOUT_MS = 2_000;

const found = async (probe: Probe): Promise<Finding> => {
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => resolve("does not answer"), PROBE_TIMEOUT_MS);
  try {
    return await Promise.race([probe.check(), promise]);
  } catch {
    // What went wrong may name hosts and logins; the logs have it.
    return "can't be reached";
  } finally {
    clearTimeout(timer);
  }
};

const builtIn = (deps: ApiDeps): Probe[] => [
  {
    name: "database",
    async check() {
      await askDatabase(deps.database);
      return undefined;
    },
  },
  {
    name: "events",
    check: () =>
      Promise.resolve(deps.events.healthy() ? undefined : "events do not travel between processes"),
  },
];

const quiet = (name: string, simulated: boolean): Probe => ({
  name,
  simulated,
  check: () => Promise.resolve(undefined),
});

const named = (deps: ApiDeps, probes: readonly Probe[]): Probe[] => {
  const known = new Set(probes.map((probe) => probe.name));
  return [
    ...Object.values(deps.oracles).map((oracle) =>
      quiet(`oracle:${oracle.name}`, oracle.simulated),
    ),
    ...deps.chains.map((chain) => quiet(`chain:${chain.name}`, chain.simulated)),
  ].filter((probe) => !known.has(probe.name));
};

/**
 * Looks at everything the service depends on, and remembers since when this process has seen each as it is. Oracles and
 * chains without a probe of their own are listed, so that a simulated one is named.
 */
export const createComponents = (deps: ApiDeps): (() => Promise<Component[]>) => {
  const given = deps.probes ?? [];
  const own = builtIn(deps).filter((probe) => !given.some(({ name }) => name === probe.name));
  const probes = [...own, ...given, ...named(deps, given)];
  const last = new Map<string, { readonly finding: Finding; readonly since: string }>();
  return () =>
    Promise.all(
      probes.map(async (probe) => {
        const finding = await found(probe);
        const before = last.get(probe.name);
        const changed =
          before === undefined || (before.finding === undefined) !== (finding === undefined);
        const since = changed ? Temporal.Now.instant().toString() : before.since;
        last.set(probe.name, { finding, since });
        return {
          name: probe.name,
          status: finding === undefined ? ("ok" as const) : ("degraded" as const),
          since,
          detail: finding ?? null,
          simulated: probe.simulated ?? false,
        };
      }),
    );
};
