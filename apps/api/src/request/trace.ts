/** A request's place in a distributed trace (W3C Trace Context, level 1). */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

// trace and span in one draw: 16 bytes and 8
const randomHex = (): string => crypto.getRandomValues(new Uint8Array(24)).toHex();

const parse = (header: string | undefined): { traceId: string; flags: string } | undefined => {
  const parts = header === undefined ? null : TRACEPARENT.exec(header);
  if (parts === null) return undefined;
  const [, version, traceId, parentId, flags, rest] = parts;
  if (traceId === undefined || flags === undefined) return undefined;
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (traceId === NO_TRACE || parentId === NO_SPAN) return undefined;
  return { traceId, flags };
};

/** Goes on with the caller's trace under a span of our own; starts a new, unsampled one where the header is missing or wrong. */
export const continueTrace = (traceparent: string | undefined): Trace => {
  const parent = parse(traceparent);
  const drawn = randomHex();
  return {
    traceId: parent?.traceId ?? drawn.slice(0, 32),
    spanId: drawn.slice(32),
    flags: parent?.flags ?? "00",
  };
};

/** `trace` as a `traceparent` header. */
export const traceparentOf = (trace: Trace): string =>
  `00-${trace.traceId}-${trace.spanId}-${trace.flags}`;
