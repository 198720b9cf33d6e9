import type { Registry } from "prom-client";
import type { Scheduler } from "./create-scheduler.ts";

export interface ServeHealthOptions {
  readonly scheduler: Pick<Scheduler, "lastTick">;
  readonly registry: Registry;
  readonly port: number;
  readonly hostname: string;
}

export interface HealthServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Past this without a tick, something is wrong: the timer ticks every second. */
const SILENT_AFTER_SECONDS = 60;

const readiness = (lastTick: Temporal.Instant | undefined): Response => {
  const age = lastTick?.until(Temporal.Now.instant()).total("seconds");
  const ready = age !== undefined && age < SILENT_AFTER_SECONDS;
  return Response.json(
    { status: ready ? "ready" : "silent", lastTick: lastTick?.toString() ?? null },
    { status: ready ? 200 : 503 },
  );
};

/**
 * What a process manager and Prometheus ask of a scheduler: /health, /health/ready, /metrics.
 * Throws what Bun throws where the port is taken.
 */
export const serveHealth = (options: ServeHealthOptions): HealthServer => {
  const { registry, scheduler } = options;
  const server = Bun.serve({
    port: options.port,
    hostname: options.hostname,
    development: false,
    // otherwise Bun shares the port with whoever listens there already, and nobody notices
    reusePort: false,
    routes: {
      "/health": () => Response.json({ status: "ok" }),
      "/health/ready": () => readiness(scheduler.lastTick()),
      "/metrics": async () =>
        new Response(await registry.metrics(), {
          headers: { "content-type": registry.contentType },
        }),
    },
    fetch: () => new Response("Not found", { status: 404 }),
  });
  return { url: server.url.href, stop: () => server.stop(true) };
};
