import { OracleError, type OracleErrorKind, type OracleRequest } from "@closebell/rounds";
import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
} from "cockatiel";
import { isTimeoutError } from "ky";
import { abortable, refuseAborted } from "../abortable.ts";
import { ASK_TIMING, type AskTiming } from "./ask-timing.ts";
import {
  type Fetched,
  fetchPatiently,
  mayPass,
  type Question,
  toldToWait,
} from "./fetch-patiently.ts";
import { createHider } from "../../connection/hide-secrets.ts";
import { BodyTooLarge } from "./read-body.ts";

export interface AskerOptions {
  /** Name of the source. */
  readonly name: string;
  /** What must not be seen outside: keys, and whatever in an address is one. */
  readonly secrets: readonly string[];
  readonly timing?: Partial<AskTiming> | undefined;
  /** Milliseconds that never go back, for tests. */
  readonly now?: (() => number) | undefined;
}

/** A question with its address as it may be shown. */
export interface ShownQuestion extends Question {
  readonly shown: string;
}

/** What came back, with *** for each secret. Most refusals were thrown; what a 4xx means here is for the provider's rules. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly request: OracleRequest;
}

/** Asks one source: every question to it goes through here. */
export interface Asker {
  /** @throws OracleError, and nothing else */
  ask(question: ShownQuestion, signal: AbortSignal | undefined): Promise<Answer>;
  /** What is known to be wrong with the source, without asking it. */
  trouble(): string | undefined;
}

/** As much of a failed answer is kept. */
const RAW_LIMIT = 8 * 1024;

/** The first part of what came back, as an error keeps it. */
export const excerptOf = (text: string): string => text.slice(0, RAW_LIMIT);

/** A failure that says that the source is down, as opposed to a refusal it answered with. */
class Outage extends OracleError {}

const refusalOf = (status: number): string | undefined => {
  if (status === 401) return "does not know our key (HTTP 401)";
  if (status === 403) return "does not let our key read this (HTTP 403)";
  if (status === 429) return "counts too many requests of ours (HTTP 429)";
  return mayPass(status) || (status >= 300 && status < 400) ? `answered HTTP ${status}` : undefined;
};

const failureOf = (
  name: string,
  error: unknown,
  hide: (text: string) => string,
  details: { readonly request: OracleRequest },
): OracleError => {
  if (error instanceof BodyTooLarge) {
    const raw = excerptOf(hide(error.head));
    return new OracleError("malformed", `${name}: ${error.message}`, { ...details, raw });
  }
  const kind: OracleErrorKind = isTimeoutError(error) ? "timeout" : "unavailable";
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  const problem =
    kind === "timeout" ? "did not answer in time" : `broke the connection, or has none${code}`;
  return new Outage(kind, `${name} ${problem}.`, details);
};

/** Keeps back questions that a source told us not to ask yet. */
const createHold = (now: () => number) => {
  let until = -Infinity;
  return {
    keep: (ms: number): void => void (until = now() + ms),
    /** Whole seconds to go, 0 for none. */
    left: (): number => Math.max(0, Math.ceil((until - now()) / 1000)),
  };
};

interface SenderParts {
  readonly name: string;
  readonly timing: AskTiming;
  readonly hide: (text: string) => string;
  readonly hold: ReturnType<typeof createHold>;
}

/** Sends one question and tells an answer from a refusal. */
const createSender = ({ name, timing, hide, hold }: SenderParts) => {
  const accept = ({ status, headers, text }: Fetched, request: OracleRequest): Answer => {
    const refusal = refusalOf(status);
    if (refusal === undefined) return { status, text: hide(text), request };
    const wait = toldToWait({ status, headers });
    if (wait !== undefined) hold.keep(wait);
    const Failure = status >= 500 || status === 408 ? Outage : OracleError;
    const raw = excerptOf(hide(text));
    throw new Failure("unavailable", `${name} ${refusal}.`, { raw, request });
  };

  return async (
    question: ShownQuestion,
    request: OracleRequest,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    try {
      return accept(await fetchPatiently(question, timing, signal), request);
    } catch (error) {
      if (error instanceof OracleError) throw error;
      const failure = failureOf(name, error, hide, { request });
      // our own impatience says nothing of the source
      if (signal?.aborted !== true) throw failure;
      throw new OracleError("timeout", failure.message, { request });
    }
  };
};

/**
 * Makes what asks one source: time limits, repetitions with jitter, `Retry-After` respected over all calls, a circuit that opens after
 * failures in a row, bodies of a bounded length, and nothing secret in what comes out.
 */
export const createAsker = (options: AskerOptions): Asker => {
  const { name } = options;
  const timing = { ...ASK_TIMING, ...options.timing };
  const hide = createHider(options.secrets);
  const hold = createHold(options.now ?? (() => performance.now()));
  const send = createSender({ name, timing, hide, hold });
  let lastOutage = "";
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof Outage),
    { breaker: new ConsecutiveBreaker(timing.failures), halfOpenAfter: timing.openMs },
  );

  return {
    async ask(question, signal) {
      refuseAborted(name, signal);
      const wait = hold.left();
      if (wait > 0) {
        throw new OracleError(
          "not-asked",
          `${name} told us to wait: it is asked again in ${wait} s.`,
        );
      }
      const request = { method: question.method, url: hide(question.shown) };
      try {
        return await abortable(
          name,
          signal,
          breaker.execute(() => send(question, request, signal)),
        );
      } catch (error) {
        if (error instanceof Outage) lastOutage = error.message;
        if (error instanceof BrokenCircuitError) {
          throw new OracleError("not-asked", `Not asked for a while after failures: ${lastOutage}`);
        }
        throw error instanceof OracleError && error.request === undefined
          ? new OracleError(error.kind, error.message, { request })
          : error;
      }
    },
    trouble() {
      const wait = hold.left();
      if (wait > 0) return `told us to wait, for ${wait} s from now`;
      return breaker.state === CircuitState.Closed ? undefined : lastOutage;
    },
  };
};
