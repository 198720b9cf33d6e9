import { ChainError } from "@closebell/custody";
import { http, HttpRequestError, RpcRequestError, TimeoutError } from "viem";
import { z } from "zod";
import { createHider } from "../../connection/hide-secrets.ts";
import { secretsOfUrl } from "../../connection/secrets-of-url.ts";
import { RpcRefusal } from "./rpc-refusal.ts";

export interface RpcNodeOptions {
  readonly url: string;
  /** What it is called where people read: the URL may hold a key. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Rejects where this is another chain than configured. Asked before anything else, and again after an outage. */
  readonly verify: (ask: Ask) => Promise<void>;
}

/** One JSON-RPC call; the answer as `schema` reads it. Rejects with `ChainError`, `RpcRefusal` where the node said no. */
export type Ask = <T>(
  method: string,
  params: readonly unknown[],
  schema: z.ZodType<T>,
) => Promise<T>;

/** One node, which may be down, slow or wrong. */
export interface RpcNode {
  readonly name: string;
  readonly ask: Ask;
  /** Has the next question ask again which chain this is. */
  suspect(): void;
}

type Tidy = (text: string) => string;

/** Makes what a node says one line of some words, with *** for whatever in its URL may be a key. */
const tidier = (url: string): Tidy => {
  const hide = createHider([url, ...secretsOfUrl(url)]);
  return (text) => hide(text).replaceAll(/\s+/g, " ").trim().slice(0, 200);
};

const find = <T>(error: unknown, kind: abstract new (...args: never[]) => T): T | undefined => {
  let cause = error;
  while (cause instanceof Error) {
    if (cause instanceof kind) return cause;
    cause = cause.cause;
  }
  return undefined;
};

const dataOf = (told: unknown): string | undefined => {
  const text = z.union([z.string(), z.object({ data: z.string() }).transform(({ data }) => data)]);
  return text.safeParse(told).data;
};

const late = (name: string) => new ChainError("unavailable", `${name} did not answer in time.`);

/** Why no answer came. Whatever was thrown stays here: it quotes the URL. */
const problemOf = (error: unknown, name: string, tidy: Tidy): ChainError => {
  const refused = find<RpcRequestError>(error, RpcRequestError);
  if (refused !== undefined) {
    const message = tidy(refused.details);
    return new RpcRefusal(refused.code, message, dataOf(refused.data), name);
  }
  if (find<TimeoutError>(error, TimeoutError) !== undefined) return late(name);
  const status = find<HttpRequestError>(error, HttpRequestError)?.status;
  const how =
    status === undefined ? "can't be reached, or speaks no JSON-RPC" : `answers ${status}`;
  return new ChainError("unavailable", `${name} ${how}.`);
};

/** A node behind a URL. Nothing is asked before the first question. */
export const rpcNode = ({ url, name, timeoutMs, verify }: RpcNodeOptions): RpcNode => {
  const tidy = tidier(url);
  const transport = http(url, { timeout: timeoutMs, retryCount: 1, retryDelay: 100 })({});
  let verified: Promise<void> | undefined;

  const call: Ask = async (method, params, schema) => {
    // a node may ask for patience without end before the one retry
    const signal = AbortSignal.timeout(2 * timeoutMs);
    let told: unknown;
    try {
      told = await transport.request({ method, params }, { signal });
    } catch (error) {
      verified = undefined;
      throw signal.aborted ? late(name) : problemOf(error, name, tidy);
    }
    const answer = schema.safeParse(told);
    if (answer.success) return answer.data;
    throw new ChainError(
      "inconsistent",
      `${name} gave an answer to ${method} that makes no sense.`,
    );
  };

  const verifiedNow = async () => {
    const asking = (verified ??= verify(call));
    try {
      await asking;
    } catch (error) {
      if (verified === asking) verified = undefined;
      // what is refused here says nothing about what was to be asked
      throw error instanceof RpcRefusal ? new ChainError(error.kind, error.message) : error;
    }
  };

  return {
    name,
    async ask(method, params, schema) {
      await verifiedNow();
      return await call(method, params, schema);
    },
    suspect() {
      verified = undefined;
    },
  };
};
