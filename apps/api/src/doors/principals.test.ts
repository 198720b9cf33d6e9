import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { permissionsOf, type Principal } from "@closebell/identity";
import { createPrincipals, type Principals } from "./principals.ts";

const START = 1_000_000;
/** By the database, whose clock is not the one here. */
const PROVED_AT = Temporal.Instant.from("2026-11-20T12:00:00Z");

const principal = (
  change: Partial<Principal["credential"]> = {},
  userId = "user-1",
): Principal => ({
  actor: { kind: "player", id: userId, name: userId },
  roles: ["player"],
  permissions: permissionsOf(["player"]),
  credential: {
    kind: "access-token",
    id: "session-1",
    provedAt: PROVED_AT,
    expiresAt: PROVED_AT.add({ seconds: 600 }),
    ...change,
  },
});

const stage = (
  answer: (credential: string) => Promise<Principal> = () => Promise.resolve(principal()),
) => {
  const asked: string[] = [];
  let now = START;
  const principals = createPrincipals(
    (credential) => {
      asked.push(credential);
      return answer(credential);
    },
    () => now,
  );
  return { principals, asked, pass: (ms: number) => void (now += ms) };
};

const refusal = async (principals: Principals, header: string): Promise<string> => {
  try {
    await principals.of(header);
    return "let in";
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
};

test("a token is proved once, then known at once until it expires", async () => {
  const { principals, asked, pass } = stage();
  const first = principals.of("Bearer abc");
  expect(first).toBeInstanceOf(Promise);
  const proved = await first;
  expect(principals.of("Bearer abc")).toBe(proved);
  pass(599_999);
  expect(principals.of("Bearer abc")).toBe(proved);
  pass(1);
  expect(principals.of("Bearer abc")).toBeInstanceOf(Promise);
  expect(asked).toEqual(["abc", "abc"]);
});

test("an API key is proved again after 10 s, and earlier where it expires", async () => {
  const { principals, asked, pass } = stage(() => Promise.resolve(principal({ kind: "api-key" })));
  await principals.of("Bearer key");
  pass(9_999);
  expect(principals.of("Bearer key")).not.toBeInstanceOf(Promise);
  pass(1);
  await principals.of("Bearer key");
  expect(asked).toHaveLength(2);
  const soon = PROVED_AT.add({ milliseconds: 5 });
  const short = stage(() => Promise.resolve(principal({ kind: "api-key", expiresAt: soon })));
  await short.principals.of("Bearer key");
  short.pass(5);
  expect(short.principals.of("Bearer key")).toBeInstanceOf(Promise);
});

test("a thousand who ask while it is being proved share one proof", async () => {
  const { principals, asked } = stage();
  const all = await Promise.all(Array.from({ length: 1_000 }, () => principals.of("Bearer abc")));
  expect(new Set(all).size).toBe(1);
  expect(asked).toHaveLength(1);
});

test("a refusal is nobody's to keep: the next one asks again", async () => {
  const answers = [
    () => Promise.reject(new DomainError("UNAUTHENTICATED", "It does not count.")),
    () => Promise.reject(new DomainError("DATABASE_UNAVAILABLE", "Down.")),
    () => Promise.resolve(principal()),
  ];
  const { principals } = stage(
    () => answers.shift()?.() ?? Promise.reject(new Error("asked again")),
  );
  expect(await refusal(principals, "Bearer abc")).toBe("UNAUTHENTICATED");
  expect(await refusal(principals, "Bearer abc")).toBe("DATABASE_UNAVAILABLE");
  expect(await refusal(principals, "Bearer abc")).toBe("let in");
  expect(await refusal(principals, "Bearer abc")).toBe("let in");
});

test.each(["session-1", "user-1"])("what is heard of %s is proved again", async (id) => {
  const { principals, asked } = stage();
  await principals.of("Bearer abc");
  principals.forget("session-2");
  expect(principals.of("Bearer abc")).not.toBeInstanceOf(Promise);
  principals.forget(id);
  await principals.of("Bearer abc");
  expect(asked).toHaveLength(2);
});

test("what is heard of while it is being proved is proved anew, not remembered as it was", async () => {
  const { promise, resolve } = Promise.withResolvers<Principal>();
  const answers = [promise, Promise.reject(new DomainError("UNAUTHENTICATED", "It has ended."))];
  answers[1]?.catch(() => undefined);
  const { principals } = stage(() => answers.shift() ?? Promise.reject(new Error("asked again")));
  const waiting = refusal(principals, "Bearer abc");
  principals.forget("session-1");
  resolve(principal());
  expect(await waiting).toBe("UNAUTHENTICATED");
});

test.each([
  ["nothing", ""],
  ["a token without a scheme", "abc"],
  ["a scheme without a token", "Bearer"],
  ["a blank token", "Bearer "],
  ["another scheme", "Basic dXNlcjpwYXNz"],
  ["two tokens", "Bearer a b"],
  ["a list", "Bearer a,b"],
  ["another alphabet", "Bearer é"],
  ["more than a token can be", `Bearer ${"a".repeat(4_097)}`],
])("%s is no credential, and nothing is asked for it", async (_, header) => {
  const { principals, asked } = stage();
  expect(await refusal(principals, header)).toBe("UNAUTHENTICATED");
  expect(asked).toEqual([]);
});

test("the scheme is read whatever its case", async () => {
  const { principals, asked } = stage();
  await principals.of("bearer  abc");
  expect(asked).toEqual(["abc"]);
});

test("it remembers no more than it has room for", async () => {
  const { principals, asked } = stage();
  for (let n = 0; n < 20_001; n += 1) await principals.of(`Bearer ${n}`);
  expect(principals.of("Bearer 20000")).not.toBeInstanceOf(Promise);
  expect(principals.of("Bearer 0")).toBeInstanceOf(Promise);
  expect(asked).toHaveLength(20_002);
});
