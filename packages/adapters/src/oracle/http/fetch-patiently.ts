import ky, { HTTPError } from "ky";
import type { AskTiming } from "./ask-timing.ts";
import { BodyTooLarge, readBody } from "./read-body.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What goes over the wire. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Fetched {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** No provider's answer for one symbol and one day comes near it. */
const BODY_LIMIT = 256 * 1024;

const TOO_MANY = 429;

/** Whether the same request may well be answered a moment later. */
export const mayPass = (status: number): boolean =>
  status === 408 || status === TOO_MANY || status >= 500;

/** How long an answer wants us to stay away: undefined for one that is no refusal, or says nothing of it. */
export const toldToWait = ({ status, headers }: Pick<Fetched, "status" | "headers">) =>
  status === TOO_MANY || status === 503 ? retryAfterMs(headers, Date.now()) : undefined;

type Retry = Exclude<NonNullable<Parameters<typeof ky>[1]>["retry"], number | undefined>;

const retryAsTold = (timing: AskTiming): Retry => {
  let told: number | undefined;
  return {
    limit: timing.retries,
    methods: ["get", "post"],
    shouldRetry: ({ error }) => {
      told = error instanceof HTTPError ? toldToWait(error.response) : undefined;
      if (error instanceof BodyTooLarge) return false;
      if (told !== undefined) return told <= timing.waitAtMostMs;
      // who counts requests does not want the same one again at once
      return !(error instanceof HTTPError && error.response.status === TOO_MANY);
    },
    delay: (count) => told ?? timing.backoffMs * 2 ** (count - 1),
    // a wait that was told is kept in full
    jitter: (delay) => (told === undefined ? Math.random() * delay : delay),
  };
};

/**
 * Sends a request until it is answered by something other than a refusal that may pass, within the patience of `timing`: what
 * it resolves with may still be such a refusal, the last one. Redirects are not followed, since our keys would go with them.
 * @throws BodyTooLarge, ky's TimeoutError, and what a connection throws when it breaks or `signal` aborts
 */
export const fetchPatiently = async (
  question: Question,
  timing: AskTiming,
  signal: AbortSignal | undefined,
): Promise<Fetched> => {
  let last: Fetched | undefined;
  try {
    await ky(question.url, {
      method: question.method,
      headers: { accept: "application/json", ...question.headers },
      ...(question.body === undefined ? {} : { body: question.body }),
      ...(signal === undefined ? {} : { signal }),
      redirect: "manual",
      timeout: timing.attemptMs,
      totalTimeout: timing.totalMs,
      throwHttpErrors: mayPass,
      retry: retryAsTold(timing),
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const { status, headers } = response;
        // read here, so that time and repetitions cover the body too
        last = { status, headers, text: await readBody(response, BODY_LIMIT) };
        return new Response(null, { status, headers });
      },
    });
  } catch (error) {
    if (!(error instanceof HTTPError) || last === undefined) throw error;
  }
  if (last === undefined) throw new Error("There is no answer without a request.");
  return last;
};
