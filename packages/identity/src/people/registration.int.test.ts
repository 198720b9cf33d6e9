import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { errorOf, scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { balancesOf, userAccount } from "@closebell/ledger";
import { lettersOf, registered, tokenIn } from "../testing/registered.ts";
import { moveRealTime, stranger, testIdentity } from "../testing/test-identity.ts";
import { register } from "./register.ts";
import { requestPasswordReset } from "./request-password-reset.ts";
import { signIn } from "./sign-in.ts";
import { verifyEmail } from "./verify-email.ts";

let scratch: ScratchDatabase;
let deps: ReturnType<typeof testIdentity>;

beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());
beforeEach(async () => {
  await moveRealTime(scratch.owner, { seconds: 0 });
  deps = testIdentity(scratch.database);
});

const PASSWORD = "correct horse battery";

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
const ask = (email: string, password = PASSWORD) =>
  register(deps, { ...stranger(), email, password });
const confirm = (token: string, password = PASSWORD) =>
  verifyEmail(deps, { ...stranger(), token, password });
const askForToken = async (email: string, password = PASSWORD): Promise<string> => {
  await ask(email, password);
  return tokenIn((await lettersOf(deps)).at(-1)?.text);
};
const newEmail = (): string => `${deps.ids.uuid()}@example.com`;

/** Rows of every table of people, and of the log. */
const rowsOf = async (): Promise<Record<string, number>> => {
  const [row] = await scratch.owner.sql<[Record<string, number>]>`
    select (select count(*)::int from identity.user) as users, (select count(*)::int from identity.email) as emails,
      (select count(*)::int from identity.mail_token) as tokens, (select count(*)::int from identity.letter) as letters,
      (select count(*)::int from identity.session) as sessions, (select count(*)::int from database.audit) as audits`;
  return row;
};

test("an account comes into being with the mailed token, once, and with its money accounts", async () => {
  const email = newEmail();
  const before = await rowsOf();
  const token = await askForToken(` ${email.toUpperCase()} `);
  expect((await rowsOf())["users"]).toBe(before["users"]);
  expect(await codeOf(signIn(deps, { ...stranger(), email, password: PASSWORD }))).toBe(
    "SIGN_IN_FAILED",
  );
  const { user } = await confirm(token);
  expect(user).toMatchObject({ kind: "player", handle: null });
  const available = userAccount(user.id, "available");
  expect(await balancesOf(deps.database.orm, [available])).toHaveProperty("size", 1);
  expect(await codeOf(confirm(token))).toBe("TOKEN_INVALID");
  const again = await signIn(deps, { ...stranger(), email, password: PASSWORD });
  expect(again.user.id).toBe(user.id);
});

test("of many who confirm at once one gets in, and there is one account", async () => {
  const token = await askForToken(newEmail());
  const before = await rowsOf();
  const all = await Promise.all([1, 2, 3, 4].map(() => codeOf(confirm(token))));
  expect(all.toSorted()).toEqual(["TOKEN_INVALID", "TOKEN_INVALID", "TOKEN_INVALID", "done"]);
  expect((await rowsOf())["users"]).toBe((before["users"] ?? 0) + 1);
});

test("somebody asked twice has one account, by the token used first", async () => {
  const email = newEmail();
  const first = await askForToken(email);
  const second = await askForToken(email, "another long password");
  expect(await codeOf(confirm(second, "another long password"))).toBe("done");
  expect(await codeOf(confirm(first))).toBe("TOKEN_INVALID");
});

test("whoever registers another's address gains nothing by its owner's confirming", async () => {
  const token = await askForToken(newEmail(), "the attacker's choice");
  expect(await codeOf(confirm(token, "what the owner would say"))).toBe("TOKEN_INVALID");
  expect(await codeOf(confirm(token, "the attacker's choice"))).toBe("done");
});

test("a token counts for a day, and only for what it is for", async () => {
  const { email } = await registered(deps);
  await requestPasswordReset(deps, { ...stranger(), email });
  const reset = tokenIn((await lettersOf(deps)).at(-1)?.text);
  expect(await codeOf(confirm(reset))).toBe("TOKEN_INVALID");
  const token = await askForToken(newEmail());
  await moveRealTime(scratch.owner, { hours: 24, seconds: 1 });
  expect(await codeOf(confirm(token))).toBe("TOKEN_INVALID");
  for (const no of ["", "cb_mail_x", "\0", "x".repeat(10_000)]) {
    expect(await codeOf(confirm(no))).toBe("TOKEN_INVALID");
  }
});

test("registering an address that has an account looks the same, and tells only its owner", async () => {
  const { email: taken } = await registered(deps);
  const costOf = async (email: string) => {
    let hashes = 0;
    const passwords = {
      ...deps.passwords,
      hash: (password: string) => {
        hashes += 1;
        return deps.passwords.hash(password);
      },
    };
    const before = await rowsOf();
    const answer = await register(
      { ...deps, passwords },
      { ...stranger(), email, password: PASSWORD },
    );
    const after = await rowsOf();
    const added = Object.entries(after).map(([table, n]) => [table, n - (before[table] ?? 0)]);
    return { answer, hashes, added };
  };
  const free = newEmail();
  expect(await costOf(taken)).toEqual(await costOf(free));
  const letters = await lettersOf(deps);
  const to = (email: string) => letters.find((letter) => letter.to === email)?.text;
  expect(to(taken)).toContain("There is one already");
  expect(tokenIn(to(taken))).toBe("no token");
  expect(tokenIn(to(free))).not.toBe("no token");
});

test("asking for a new password looks the same with and without an account", async () => {
  const { email: known } = await registered(deps);
  const costOf = async (email: string) => {
    const before = await rowsOf();
    const answer = await requestPasswordReset(deps, { ...stranger(), email });
    const after = await rowsOf();
    return {
      answer,
      added: Object.entries(after).map(([table, n]) => [table, n - (before[table] ?? 0)]),
    };
  };
  const unknown = newEmail();
  expect(await costOf(known)).toEqual(await costOf(unknown));
  const letters = await lettersOf(deps);
  expect(letters.map(({ to }) => to)).toEqual([known]);
});

test("what is no address or no password is refused before anything is looked up", async () => {
  for (const email of ["", "ada", "a@b@c", "ada@example.com,eve@example.com", "a\n@example.com"]) {
    expect(await errorOf(ask(email))).toMatchObject({
      code: "VALIDATION_FAILED",
      errors: [{ pointer: "/email" }],
    });
  }
  for (const password of ["", "short", "aaaaaaaaaaaaaaaa", "x".repeat(257)]) {
    expect(await errorOf(ask(newEmail(), password))).toMatchObject({
      code: "VALIDATION_FAILED",
      errors: [{ pointer: "/password" }],
    });
  }
});

test("one mailbox gets five letters an hour, whether it has an account or not", async () => {
  for (const email of [newEmail(), (await registered(deps)).email]) {
    deps = testIdentity(scratch.database);
    for (let n = 0; n < 5; n += 1) await ask(email);
    expect(await codeOf(ask(email))).toBe("RATE_LIMITED");
    expect(await codeOf(requestPasswordReset(deps, { ...stranger(), email }))).toBe("RATE_LIMITED");
  }
});
