import type { Api } from "./create-api.ts";

export interface ServeOptions {
  readonly port: number;
  /** Default: every interface. */
  readonly hostname?: string;
}

export interface ApiServer {
  /** Where it listens, with the port it got. */
  readonly url: string;
  /** Drains, waits up to `deadlineMs` for what is being answered, then cuts off the rest. */
  stop(deadlineMs: number): Promise<void>;
}

// Longer than the heartbeat of event streams; a client that neither sends nor takes anything is cut off after it.
const IDLE_TIMEOUT_SECONDS = 30;

/** Listens for requests to `api`. Throws what Bun throws where the port is taken. */
export const serveApi = (api: Api, options: ServeOptions): ApiServer => {
  const server = Bun.serve({
    port: options.port,
    ...(options.hostname !== undefined && { hostname: options.hostname }),
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    development: false,
    // otherwise Bun shares the port with whoever listens there already, and nobody notices
    reusePort: false,
    // Bun would refuse a large body by itself, without a problem document; ours is by far the smaller limit.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, from) => api.fetch(request, () => from.requestIP(request)?.address),
  });
  return {
    url: server.url.href,
    async stop(deadlineMs) {
      api.drain();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, deadlineMs);
      await Promise.race([server.stop(), promise]);
      clearTimeout(timer);
      await server.stop(true);
    },
  };
};
