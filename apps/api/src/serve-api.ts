import type { Api } from "./create-api.ts";

export interface ServeOptions {
  readonly port: number;
  /** Default: every interface. */
  readonly hostname?: string;
}

export interface ApiServer {
  /** Where it listens, with the port it got. */
  readonly url: string;
  /**
   * Drains, waits up to `deadlineMs` for what is being answered and answers the rest with 503; whoever takes no answer is cut
   * off.
   */
  stop(deadlineMs: number): Promise<void>;
}

// Longer than the heartbeat of event streams; a client that neither sends nor takes anything is cut off after it.
const IDLE_TIMEOUT_SECONDS = 30;

/** What a client needs to take an answer that is made. */
const TAKE_ANSWER_MS = 200;

const isOver = async (work: Promise<unknown>, withinMs: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), withinMs);
  const over = await Promise.race([work.then(() => true), promise]);
  clearTimeout(timer);
  return over;
};

/**
 * Where Host is missing, as HTTP/1.0 may have it, or is none, Bun gives the path alone; whoever then looks for it behind a host
 * cuts off its beginning, and what a balancer takes for one path is answered as another.
 */
const withHost = (request: Request): Request =>
  request.url.startsWith("/") ? new Request(`http://unnamed${request.url}`, request) : request;

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
    fetch: (request, from) => api.fetch(withHost(request), () => from.requestIP(request)?.address),
  });
  return {
    url: server.url.href,
    async stop(deadlineMs) {
      api.drain();
      const stopped = server.stop();
      if (await isOver(stopped, deadlineMs)) return;
      api.giveUp();
      await isOver(stopped, TAKE_ANSWER_MS);
      await server.stop(true);
    },
  };
};
