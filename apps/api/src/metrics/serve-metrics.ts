import type { Registry } from "prom-client";

/** The figures on a port of their own. */
export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves GET /metrics and nothing else. Throws what Bun throws where the port is taken. */
export const serveMetrics = (
  registry: Registry,
  { port, hostname }: { readonly port: number; readonly hostname: string },
): MetricsServer => {
  const server = Bun.serve({
    port,
    hostname,
    development: false,
    reusePort: false,
    routes: {
      "/metrics": {
        GET: async () =>
          new Response(await registry.metrics(), {
            headers: { "Content-Type": registry.contentType },
          }),
      },
    },
    fetch: () => new Response(null, { status: 404 }),
  });
  return { port: server.port ?? port, stop: () => server.stop(true) };
};
