import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { inspect } from "node:util";
import fc from "fast-check";
import type { Answer } from "../../../apps/api/src/testing/asking.ts";
import { type Operation, operationsOf } from "../../../apps/api/src/testing/operations.ts";
import { announce, stress, stressSeed } from "../how-long.ts";
import { brokenOf } from "./break-request.ts";
import { type Asker, ASKERS, type FuzzStage, fuzzStage } from "./fuzz-stage.ts";
import { type FuzzRequest, requestOf } from "./request-arbitrary.ts";

setDefaultTimeout(3_600_000);

const RUNS = 3 * stress();
/** What changes the world for all that come after it. */
const LAST = [/\/protection\//, /^POST \/simulate\/clock$/];
/** What needs more than can be made up: a mailed token, a signature, a session, a code, held money, time, or one of two fields. */
const NEVER_PLAIN = [
  "DELETE /auth/sessions/{sessionId}",
  "POST /auth/password",
  "POST /auth/password-reset/confirm",
  "POST /auth/refresh",
  "POST /auth/sign-in",
  "POST /auth/sign-in/wallet",
  "POST /auth/sign-out",
  "POST /auth/totp/confirm",
  "POST /auth/totp/remove",
  "POST /auth/verify-email",
  "POST /simulate/clock",
  "POST /simulate/deposit_webhook",
  "POST /users/{userId}/protection/held-uses",
  "POST /users/{userId}/protection/limits/{kind}/{period}/confirmations",
  "POST /users/{userId}/protection/returns",
];

let stage: FuzzStage;
let operations: readonly Operation[];
const seed = stressSeed();

beforeAll(async () => {
  announce("the fuzzer", seed);
  stage = await fuzzStage();
  const rank = ({ name }: Operation) => LAST.findIndex((late) => late.test(name));
  operations = operationsOf(stage.h.api).toSorted((a, b) => rank(a) - rank(b));
});

afterAll(() => stage[Symbol.asyncDispose]());

const addressOf = ({ path }: Operation, request: FuzzRequest): string => {
  const filled = path.replaceAll(/{(\w+)}/g, (_, name: string) =>
    encodeURIComponent((request.path[name] ?? "").toWellFormed()),
  );
  const query = new URLSearchParams(request.query).toString();
  return query === "" ? filled : `${filled}?${query}`;
};

/** Header values as they can be sent at all. */
const headersOf = ({ header }: FuzzRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(header).map(([name, value]) => [name, value.replaceAll(/[^\x20-\xff]/g, "?")]),
  );

/** Sends it; what comes back must be as the document says, and never our own fault. */
const send = async (operation: Operation, asker: Asker, request: FuzzRequest): Promise<Answer> => {
  const { h, credentialOf } = stage;
  const answer = await h.ask(operation.method, addressOf(operation, request), {
    credential: credentialOf(asker),
    headers: headersOf(request),
    ...(request.body !== undefined && { json: request.body }),
  });
  if (answer.status >= 500)
    throw new Error(
      `${operation.name} as ${asker} answered ${String(answer.status)} to ${inspect({ request, logged: h.logged.slice(-3) }, { depth: 6 })}`,
    );
  if (answer.status < 400) return answer;
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  expect(answer.at("status")).toBe(String(answer.status));
  expect(answer.at("detail")).not.toMatch(/\bselect\b|\binsert\b|node_modules|\.ts:\d/);
  return answer;
};

const isOpen = ({ operation }: Operation): boolean => operation.security?.length === 0;

/** What the document allows, in its plainest form, is done for somebody on every route. */
const askPlainly = async (): Promise<void> => {
  const refused = new Map(operations.map(({ name }) => [name, "not asked"]));
  for (const operation of operations)
    for (const asker of ASKERS) {
      const plain = requestOf(operation.operation, {
        words: stage.wordsOf(operation.path),
        plain: true,
      });
      const [request] = fc.sample(plain, { numRuns: 1, seed });
      if (request === undefined) continue;
      const answer = await send(operation, asker, request);
      const { status } = answer;
      if (status < 400) refused.delete(operation.name);
      else if (refused.has(operation.name) && status !== 401 && status !== 403)
        refused.set(operation.name, inspect({ request, detail: answer.at("detail") }));
      if (asker === "nobody") expect([401, 0]).toContain(isOpen(operation) ? 0 : status);
    }
  for (const name of NEVER_PLAIN) refused.delete(name);
  expect(Object.fromEntries(refused)).toEqual({});
};

test("what the document allows, and what is broken in it in one place, is answered as the document says", async () => {
  // before attempts to sign in are used up
  await askPlainly();
  for (const operation of operations)
    for (const asker of ASKERS) {
      const valid = requestOf(operation.operation, {
        words: stage.wordsOf(operation.path),
        plain: false,
      });
      const pair = valid.chain((one) => fc.tuple(fc.constant(one), brokenOf(one)));
      const answered = fc.asyncProperty(pair, async (requests) => {
        for (const request of requests) await send(operation, asker, request);
      });
      await fc.assert(answered, { numRuns: RUNS, seed }).catch((cause: unknown) => {
        throw new Error(`${operation.name} as ${asker}`, { cause });
      });
    }
});
