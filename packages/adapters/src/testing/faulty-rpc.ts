import { z } from "zod";

/** A question that is on its way to the node. */
export interface RpcQuestion {
  readonly method: string;
  readonly params: readonly unknown[];
  /** What the node says to it: its result, or the answer as a whole where it refuses. */
  forward(): Promise<unknown>;
}

/** What comes back instead of the node's answer: a result, or any HTTP response. */
export type Fault = (question: RpcQuestion) => unknown;

/** A JSON-RPC node with a will of its own, before a real one. */
export interface FaultyRpc extends AsyncDisposable {
  /** With a key in its path, as providers have it. */
  readonly url: string;
  /** Methods in the order in which they were asked. */
  readonly asked: string[];
  /** From now on `method` ("*": any other) is answered by `fault`. */
  on(method: string, fault: Fault): void;
  /** The truth again. */
  heal(): void;
}

export const RPC_KEY = "k3y-th4t-n0b0dy-m4y-s33";

const questionSchema = z.object({
  id: z.unknown(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
const answerSchema = z.looseObject({ result: z.unknown().optional() });

const json = (body: unknown) => Response.json(body);

/** Refuses as a node does. */
export const refuse =
  (message: string, code = -32_000, data?: unknown): Fault =>
  () =>
    json({ jsonrpc: "2.0", id: 1, error: { code, message, data } });

/** An HTTP status with a page for people, as gateways have it. */
export const page =
  (status: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  () =>
    new Response("<html><body>One moment please</body></html>", {
      status,
      headers: { "content-type": "text/html", ...headers },
    });

/** Never answers. */
export const stall: Fault = () => new Promise(() => undefined);

/** The same fault for the first `times` questions, then the truth. */
export const only = (times: number, fault: Fault): Fault => {
  let left = times;
  return (question) => {
    left -= 1;
    return left >= 0 ? fault(question) : question.forward();
  };
};

/** Another result than the node's, made of it. */
export const alter =
  (change: (result: unknown, params: readonly unknown[]) => unknown): Fault =>
  async ({ forward, params }) =>
    change(await forward(), params);

const ask = async (target: string, body: unknown): Promise<unknown> => {
  const response = await fetch(target, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return await response.json();
};

/** Stands before the node at `target`. */
export const faultyRpc = (target: string): FaultyRpc => {
  const faults = new Map<string, Fault>();
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { id, method, params } = questionSchema.parse(await request.json());
      asked.push(method);
      const forward = async () => {
        const answer = answerSchema.parse(
          await ask(target, { jsonrpc: "2.0", id, method, params }),
        );
        return "error" in answer ? json({ ...answer, id }) : answer.result;
      };
      const fault = faults.get(method) ?? faults.get("*");
      const said = await (fault === undefined ? forward() : fault({ method, params, forward }));
      return said instanceof Response ? said : json({ jsonrpc: "2.0", id, result: said });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v2/${RPC_KEY}`,
    asked,
    on: (method, fault) => void faults.set(method, fault),
    heal: () => faults.clear(),
    [Symbol.asyncDispose]: async () => {
      await server.stop(true);
    },
  };
};
