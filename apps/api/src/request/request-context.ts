import { type DomainError, type Ids, isUuid } from "@closebell/context";
import { type Caller, nobody } from "./caller.ts";
import { HYGIENE } from "./hygiene.ts";
import { continueTrace, type Trace, traceparentOf } from "./trace.ts";

/** What goes with a request through all that answers it. */
export interface RequestContext {
  readonly requestId: string;
  readonly trace: Trace;
  /** Nobody, until the route's door has let somebody in. */
  caller: Caller;
  /** Whether the request came with a credential that was looked at. */
  credentialGiven: boolean;
  /** The address the request came from. */
  readonly address: () => string;
  /** Headers of every answer; a route may name them itself, or leave that to `answerRequest`, which is slower. */
  readonly headers: Record<string, string>;
  /** Set when the request was refused; read by the access log and the metrics. */
  refusal: DomainError | undefined;
}

/**
 * Gives the request its id (the caller's X-Request-Id if that is a UUID, a new one otherwise), its place in the caller's
 * trace; the answer names both.
 */
export const requestContext = (given: Headers, ids: Ids, address: () => string): RequestContext => {
  const id = given.get("X-Request-Id");
  const requestId = id !== null && isUuid(id) ? id.toLowerCase() : ids.uuid();
  const trace = continueTrace(given.get("traceparent") ?? undefined);
  return {
    requestId,
    trace,
    caller: nobody(requestId),
    credentialGiven: false,
    address,
    headers: {
      ...HYGIENE,
      "X-Request-Id": requestId,
      traceparent: traceparentOf(trace),
      // What a route says nothing about is somebody's own, or of this moment.
      "Cache-Control": "no-store",
    },
    refusal: undefined,
  };
};
