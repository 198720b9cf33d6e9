import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { DomainError, type RateLimit } from "@closebell/context";
import { listAudit } from "@closebell/database";
import { errorOf, scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createPasswordHasher } from "../secrets/password-hasher.ts";
import { listSessions } from "../sessions/list-sessions.ts";
import { lettersOf, registered, tokenIn, type Registered } from "../testing/registered.ts";
import { countingLimiter, moveRealTime, stranger, testIdentity } from "../testing/test-identity.ts";
import { actorOf } from "../user.ts";
import { changePassword } from "./change-password.ts";
import { requestPasswordReset } from "./request-password-reset.ts";
import { resetPassword } from "./reset-password.ts";
import { signIn } from "./sign-in.ts";

let scratch: ScratchDatabase;
let deps: ReturnType<typeof testIdentity>;
let player: Registered;

beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());
beforeEach(async () => {
  await moveRealTime(scratch.owner, { seconds: 0 });
  deps = testIdentity(scratch.database);
  player = await registered(deps);
});

const NEW = "a completely new one";

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
const enter = (password: string, email = player.email) =>
  signIn(deps, { ...stranger(), email, password });
const askForReset = async (): Promise<string> => {
  await requestPasswordReset(deps, { ...stranger(), email: player.email });
  return tokenIn((await lettersOf(deps)).at(-1)?.text);
};
const reset = (token: string, password = NEW) =>
  resetPassword(deps, { ...stranger(), token, password });
const change = (currentPassword: string, sessionId: string | null = player.session.id) =>
  changePassword(deps, {
    by: { ...stranger().by, actor: actorOf(player.user) },
    from: stranger().from,
    sessionId,
    currentPassword,
    newPassword: NEW,
  });
const live = async () => (await listSessions(deps, { userId: player.user.id })).length;
const lastAudit = async () => (await listAudit(deps, { limit: 1 })).items[0];

test("a wrong password and an unknown account are refused in the same words, for the same work", async () => {
  const costOf = async (email: string) => {
    let verified = 0;
    const passwords = {
      ...deps.passwords,
      verify: (password: string, hash: string | null) => {
        verified += 1;
        return deps.passwords.verify(password, hash);
      },
    };
    const count = async () => (await scratch.owner.sql`select from database.audit`).length;
    const before = await count();
    const input = { ...stranger(), email, password: "not the password" };
    const error = await errorOf(signIn({ ...deps, passwords }, input));
    if (!(error instanceof DomainError)) throw error;
    const { code, message, errors } = error;
    return { code, message, errors, verified, audits: (await count()) - before };
  };
  const unknown = await costOf("nobody@example.com");
  expect(unknown).toMatchObject({ code: "SIGN_IN_FAILED", verified: 1, audits: 1 });
  expect(await costOf(player.email)).toEqual(unknown);
});

test("sign-ins are on record: whose, from where, and what failed, but no password", async () => {
  await enter(player.password);
  expect(await lastAudit()).toMatchObject({
    action: "session.start",
    subject: `user/${player.user.id}`,
    actor: player.user.id,
    after: { method: "password", secondFactor: false, address: "203.0.113.7" },
  });
  await codeOf(enter("a wrong password"));
  expect(await lastAudit()).toMatchObject({
    action: "sign-in.fail",
    subject: `user/${player.user.id}`,
    actorName: "anonymous",
    after: { failedAt: "name or password", address: "203.0.113.7" },
  });
  await codeOf(enter("a wrong password", "nobody@example.com"));
  expect((await lastAudit())?.subject).toMatch(/^unknown\/[\w-]{22}$/);
  const rows = await scratch.owner.sql<{ row: string }[]>`
    select row_to_json(a)::text as row from database.audit a`;
  const all = rows.map(({ row }) => row).join("\n");
  for (const secret of [player.password, "a wrong password", "@example.com", "cb_", "argon2"]) {
    expect(all).not.toContain(secret);
  }
});

test("attempts are counted by account, there or not, and by address", async () => {
  const asked: RateLimit[] = [];
  const counting = countingLimiter();
  const limiter: typeof counting = {
    ...counting,
    take: (limits) => {
      asked.push(...limits);
      return counting.take(limits);
    },
  };
  for (const email of [player.email, "nobody@example.com"]) {
    deps = testIdentity(scratch.database, { limiter });
    for (let n = 0; n < 10; n += 1) {
      expect(await codeOf(enter("a wrong password", email))).toBe("SIGN_IN_FAILED");
    }
    const limited = await errorOf(enter(player.password, email));
    expect(limited).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 900 });
  }
  expect(asked.map(({ key }) => key)).toContain("sign-in:address:203.0.113.7");
  expect(asked.filter(({ key }) => key.includes("@"))).toEqual([]);
  const perAddress = { quota: 3, windowSeconds: 60 };
  const limits = { perAccount: { quota: 100, windowSeconds: 60 }, perAddress };
  deps = testIdentity(scratch.database, { auth: { ...deps.auth, limits } });
  const codes: string[] = [];
  for (const name of ["a", "b", "c", "d"])
    codes.push(await codeOf(enter("wrong", `${name}@x.example`)));
  expect(codes).toEqual(["SIGN_IN_FAILED", "SIGN_IN_FAILED", "SIGN_IN_FAILED", "RATE_LIMITED"]);
});

test("nobody signs in while the limiter does not answer", async () => {
  const down = new DomainError("OVERLOADED", "The limiter does not answer.");
  deps = testIdentity(scratch.database, {
    limiter: { take: () => Promise.reject(down), close: () => Promise.resolve() },
  });
  expect(await codeOf(enter(player.password))).toBe("OVERLOADED");
});

test("a password is the same however its letters were composed", async () => {
  const composed = "Größenwahnsinnig ﬁt";
  await reset(await askForReset(), composed);
  expect(await codeOf(enter(composed.normalize("NFD")))).toBe("done");
});

test("a hash of other parameters is replaced at the next sign-in", async () => {
  deps = testIdentity(scratch.database, { passwords: createPasswordHasher() });
  const weak = await Bun.password.hash(player.password, {
    algorithm: "argon2id",
    memoryCost: 1024,
    timeCost: 1,
  });
  const { sql } = scratch.owner;
  const userId = player.user.id;
  await sql`update identity.password set hash = ${weak} where user_id = ${userId}`;
  expect(await codeOf(enter(player.password))).toBe("done");
  const [row] = await sql<[{ hash: string }]>`
    select hash from identity.password where user_id = ${userId}`;
  expect(row.hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(await codeOf(enter(player.password))).toBe("done");
});

test("a reset sets a new password, once, ends every session and says so by mail", async () => {
  const [first, second] = [await askForReset(), await askForReset()];
  expect(await codeOf(reset(first))).toBe("done");
  expect(await live()).toBe(0);
  expect(await codeOf(reset(first))).toBe("TOKEN_INVALID");
  expect(await codeOf(reset(second))).toBe("TOKEN_INVALID");
  expect(await codeOf(enter(player.password))).toBe("SIGN_IN_FAILED");
  expect(await codeOf(enter(NEW))).toBe("done");
  expect((await lettersOf(deps)).at(-1)?.subject).toContain("was changed");
  const actions = (await listAudit(deps, { limit: 10 })).items.map(({ action }) => action);
  expect(actions).toContain("password.ask-reset");
  expect(actions).toContain("password.reset");
});

test("of two resets with one token one counts; a token counts for an hour", async () => {
  const token = await askForReset();
  const both = await Promise.all([codeOf(reset(token)), codeOf(reset(token))]);
  expect(both.toSorted()).toEqual(["TOKEN_INVALID", "done"]);
  const late = await askForReset();
  await moveRealTime(scratch.owner, { hours: 1, seconds: 1 });
  expect(await codeOf(reset(late))).toBe("TOKEN_INVALID");
});

test("nobody comes in by the old password past a reset, however close", async () => {
  for (let n = 0; n < 4; n += 1) {
    deps = testIdentity(scratch.database);
    player = await registered(deps);
    const token = await askForReset();
    await Promise.all([reset(token), ...[1, 2, 3].map(() => codeOf(enter(player.password)))]);
    expect(await live()).toBe(0);
  }
});

test("a changed password ends the other sessions and leaves the one that asks", async () => {
  await enter(player.password);
  await enter(player.password);
  expect(await codeOf(change("not the password"))).toBe("SIGN_IN_FAILED");
  expect(await lastAudit()).toMatchObject({ action: "sign-in.fail" });
  expect(await change(player.password)).toEqual({ ended: 2 });
  const [left] = await listSessions(deps, { userId: player.user.id });
  expect(left?.id).toBe(player.session.id);
  expect(await codeOf(enter(player.password))).toBe("SIGN_IN_FAILED");
  expect(await codeOf(enter(NEW))).toBe("done");
  expect(await codeOf(change(NEW, null))).toBe("done");
  expect(await live()).toBe(0);
});

test("a changed password ends the tokens that were mailed to reset it, and says so by mail", async () => {
  const token = await askForReset();
  await change(player.password);
  const [letter, ...others] = await lettersOf(deps);
  expect([letter?.to, others]).toEqual([player.email, []]);
  expect(letter?.subject).toContain("password for Closebell was changed");
  expect(await codeOf(reset(token))).toBe("TOKEN_INVALID");
  expect(await codeOf(enter(NEW))).toBe("done");
});

test("of two changes at once by the same old password one counts", async () => {
  const both = await Promise.all([change(player.password), change(player.password)].map(codeOf));
  expect(both.toSorted()).toEqual(["SIGN_IN_FAILED", "done"]);
});
