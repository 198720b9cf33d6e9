import type { ApiApp } from "../api-env.ts";
import type { RequestContext } from "./request-context.ts";

const isEndless = (headers: Headers): boolean =>
  headers.get("Content-Type")?.startsWith("text/event-stream") === true;

/**
 * What GET answers, but for the body: with the length that it has (RFC 9110 section 8.6), or as one that comes in pieces. The
 * framework's own way says it is empty, and leaves a stream open that nobody reads.
 */
export const answerHead = async (
  app: ApiApp,
  request: Request,
  context: RequestContext,
): Promise<Response> => {
  const whole = await app.fetch(new Request(request, { method: "GET" }), context);
  const { status, headers, body } = whole;
  if (isEndless(headers)) {
    await body?.cancel();
    headers.set("Transfer-Encoding", "chunked");
  } else if (body !== null)
    headers.set("Content-Length", String((await whole.arrayBuffer()).byteLength));
  return new Response(null, { status, headers });
};
