import { DomainError } from "@closebell/context";
import { HTTPException } from "hono/http-exception";
import type { ConcurrencyLimit } from "../limits/limit-concurrency.ts";
import type { RequestKind } from "../load/request-kind.ts";
import type { RequestContext } from "./request-context.ts";

const MAX_BODY_BYTES = 64 * 1024;

/** So little is not waited for: nothing is held up by it. A bet's body is a tenth of that. */
const TRIFLE_BYTES: Readonly<Record<RequestKind, number>> = {
  watch: Number.POSITIVE_INFINITY,
  polled: Number.POSITIVE_INFINITY,
  batched: 1_024,
  work: 0,
};

const tooLarge = (): DomainError =>
  new DomainError(
    "PAYLOAD_TOO_LARGE",
    `The body may have up to ${MAX_BODY_BYTES} bytes. Send less.`,
  );

/** Bytes; undefined where the request does not say, or not so that the server holds its sender to it. */
const declaredLength = ({ headers }: Request): number | undefined => {
  const length = headers.get("content-length");
  return length === null || headers.has("transfer-encoding") ? undefined : Number(length);
};

const readChunks = async (body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/**
 * What has to be done before a request of that kind has its body. Undefined: nothing. Otherwise what waits for it, as one of so
 * many of its network, and gives the request as it is then.
 * @throws DomainError PAYLOAD_TOO_LARGE over 64 KiB, by the length that is declared or, in the promise, once it has grown too
 * large; RATE_LIMITED, in the promise
 */
export const createReceiveBody = (waiting: ConcurrencyLimit) => {
  const receive = async (
    request: Request,
    read: () => Promise<ArrayBuffer | Uint8Array<ArrayBuffer>>,
    context: RequestContext,
  ): Promise<Request> => {
    const release = waiting.acquire(context.address());
    try {
      const body = read();
      // it came with its head
      if (Bun.peek.status(body) === "fulfilled") release();
      return new Request(request, { method: request.method, body: await body });
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new HTTPException(400, { cause: error });
    } finally {
      release();
    }
  };
  return (
    request: Request,
    context: RequestContext,
    kind: RequestKind,
  ): (() => Promise<Request>) | undefined => {
    const length = declaredLength(request);
    if (length !== undefined && length > MAX_BODY_BYTES) throw tooLarge();
    if ((length ?? MAX_BODY_BYTES) <= TRIFLE_BYTES[kind]) return undefined;
    if (request.method === "GET" || request.method === "HEAD") return undefined;
    if (length !== undefined) return () => receive(request, () => request.arrayBuffer(), context);
    const { body } = request;
    return body === null ? undefined : () => receive(request, () => readChunks(body), context);
  };
};
