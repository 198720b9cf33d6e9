import { createBetIntake, STRIPES } from "@closebell/rounds";
import { type Config, listenOn, stopWithin } from "@closebell/runtime";
import type { ApiDeps, ApiSettings } from "./api-deps.ts";
import { createApi } from "./create-api.ts";
import { type MetricsServer, serveMetrics } from "./metrics/serve-metrics.ts";
import { serveApi } from "./serve-api.ts";

/** An API that listens. */
export interface RunningApi {
  /** As it is reached from this machine. */
  readonly url: string;
  readonly port: number;
  /**
   * Wants no more requests, but goes on answering for `drainSeconds`, so that a balancer hears of it; then takes none, answers
   * those it has, and commits the bets that wait. Within 4 s after draining.
   */
  stop(): Promise<void>;
}

type HttpConfig = Config["http"];

/** What the configuration says of how the API behaves. */
const settingsOf = ({ metrics, ...http }: HttpConfig): Partial<ApiSettings> => {
  const here = metrics === "open" || (typeof metrics === "object" && "token" in metrics);
  return { ...http, metrics: here ? metrics : "elsewhere" };
};

/** @throws ConfigError where the port is taken */
const metricsOf = (
  { log, registry }: Pick<ApiDeps, "log" | "registry">,
  { http: { metrics }, host }: Pick<Config, "http" | "host">,
): MetricsServer | undefined => {
  if (typeof metrics === "string" || !("port" in metrics)) return undefined;
  const { port } = metrics;
  const server = listenOn("METRICS_PORT", port, () =>
    serveMetrics(registry, { port, hostname: host }),
  );
  log.info({ port: server.port }, "figures are on a port of their own");
  return server;
};

const ANSWERS_WITHIN_MS = 2_500;
const BETS_WITHIN_MS = 1_000;

/**
 * Builds the API with an intake for bets of its own, and listens.
 * @throws ConfigError where the port is taken
 */
export const startApi = (
  deps: Omit<ApiDeps, "intake">,
  config: Pick<Config, "host" | "port" | "drainSeconds" | "http">,
): RunningApi => {
  // processes that write to different stripes of a pool don't wait for each other
  const intake = createBetIntake(deps, { stripe: Math.floor(Math.random() * STRIPES) });
  const settings = { ...settingsOf(config.http), ...deps.settings };
  const api = createApi({ ...deps, intake, settings });
  const server = listenOn("PORT", config.port, () =>
    serveApi(api, { port: config.port, hostname: config.host }),
  );
  const metrics = metricsOf(deps, config);
  const port = Number(new URL(server.url).port);
  return {
    url: `http://localhost:${port}`,
    port,
    async stop() {
      api.drain();
      await Bun.sleep(config.drainSeconds * 1_000);
      await server.stop(ANSWERS_WITHIN_MS);
      await metrics?.stop();
      await stopWithin(deps.log, "intake", BETS_WITHIN_MS, () => intake.close());
    },
  };
};
