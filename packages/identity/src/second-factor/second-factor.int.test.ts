import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { DomainError, type By } from "@closebell/context";
import { listAudit, transact } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { generateSync } from "otplib";
import { addEmail } from "../people/add-email.ts";
import { requestPasswordReset } from "../people/request-password-reset.ts";
import { resetPassword } from "../people/reset-password.ts";
import { signIn } from "../people/sign-in.ts";
import { listSessions } from "../sessions/list-sessions.ts";
import { refreshSession } from "../sessions/refresh-session.ts";
import type { SignedIn } from "../sessions/session.ts";
import { insertStaff } from "../staff/insert-staff.ts";
import { lettersOf, registered, tokenIn, type Registered } from "../testing/registered.ts";
import {
  moveRealTime,
  scriptedSignature,
  stranger,
  testIdentity,
  warmUp,
} from "../testing/test-identity.ts";
import { createTokenVerifier } from "../tokens/verify-access-token.ts";
import { actorOf, type User } from "../user.ts";
import { signInWithWallet } from "../wallet/sign-in-with-wallet.ts";
import { startWalletSignIn } from "../wallet/start-wallet-sign-in.ts";
import type { Codes } from "./codes.ts";
import { confirmTotp } from "./confirm-totp.ts";
import { enrolTotp } from "./enrol-totp.ts";
import { removeTotp } from "./remove-totp.ts";
import { resetSecondFactor } from "./reset-second-factor.ts";

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

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
const own = (user: User): By => ({ ...stranger().by, actor: actorOf(user) });
const { from } = stranger();

/** The code an authenticator shows so many steps from now, by the database's real time. */
const shown = async (secret: string, steps = 0): Promise<string> => {
  const [row] = await scratch.owner.sql<[{ now: number }]>`
    select extract(epoch from identity.now())::float8 as now`;
  return generateSync({ secret, epoch: Math.floor(row.now) + steps * 30 });
};

const enrolled = async ({ user, session }: SignedIn) => {
  const by = own(user);
  const { secret, uri } = await enrolTotp(deps, { by, from });
  const code = await shown(secret);
  const { recoveryCodes } = await confirmTotp(deps, { by, from, code, sessionId: session.id });
  return { by, secret, uri, code, recoveryCodes };
};
const enter = (codes: Codes = {}) =>
  signIn(deps, { ...stranger(), email: player.email, password: player.password, ...codes });

test("once confirmed it is asked for, after the password only", async () => {
  const { secret, uri } = await enrolled(player);
  expect(uri).toStartWith("otpauth://totp/Closebell:");
  expect(uri).toContain(secret);
  expect(await codeOf(enter())).toBe("SECOND_FACTOR_REQUIRED");
  const wrong = signIn(deps, { ...stranger(), email: player.email, password: "not the password" });
  expect(await codeOf(wrong)).toBe("SIGN_IN_FAILED");
  const { session } = await enter({ totp: await shown(secret, 1) });
  expect(session.secondFactor).toBe(true);
  expect(await codeOf(enter({ totp: await shown(secret, -3) }))).toBe("SIGN_IN_FAILED");
  const { items } = await listAudit(deps, { limit: 1 });
  expect(items[0]).toMatchObject({ action: "sign-in.fail", after: { failedAt: "second factor" } });
});

test("a right first proof without it is on record under its account, once, and says so", async () => {
  const { by } = await enrolled(player);
  const address = `0x${deps.ids.uuid().replaceAll("-", "")}00000000`;
  const begin = () => startWalletSignIn(deps, { ...stranger(), address, chainId: 1 });
  const enterByWallet = async () => {
    const { message } = await begin();
    const signature = scriptedSignature(address, message);
    return signInWithWallet(deps, { ...stranger(), message, signature });
  };
  const owner = await enterByWallet();
  await enrolled(owner);
  const recorded = async (attempt: () => Promise<unknown>) => {
    const newest = (await listAudit(deps, { limit: 1 })).items[0]?.id;
    expect(await codeOf(attempt())).toBe("SECOND_FACTOR_REQUIRED");
    const { items } = await listAudit(deps, { limit: 5 });
    return items.slice(
      0,
      items.findIndex(({ id }) => id === newest),
    );
  };
  const asked = ({ user }: SignedIn) => [
    {
      action: "sign-in.fail",
      subject: `user/${user.id}`,
      actorName: "anonymous",
      after: { failedAt: "second factor not given", address: from.address },
    },
  ];
  expect(await recorded(enter)).toMatchObject(asked(player));
  expect(await recorded(enterByWallet)).toMatchObject(asked(owner));
  expect(await recorded(() => enrolTotp(deps, { by, from }))).toMatchObject(asked(player));
});

test("a code counts once, however many bring it at once, and the one that confirmed does not again", async () => {
  const { secret, code } = await enrolled(player);
  expect(await codeOf(enter({ totp: code }))).toBe("SIGN_IN_FAILED");
  const next = await shown(secret, 1);
  await warmUp(scratch.database);
  const all = await Promise.all([1, 2, 3, 4, 5].map(() => codeOf(enter({ totp: next }))));
  expect(all.filter((each) => each === "done")).toHaveLength(1);
  expect(await codeOf(enter({ totp: code }))).toBe("SIGN_IN_FAILED");
});

test("an enrolment that is not confirmed changes nothing", async () => {
  const by = own(player.user);
  const { secret } = await enrolTotp(deps, { by, from });
  expect(await codeOf(enter())).toBe("done");
  const sessionId = player.session.id;
  const confirm = (code: string) => codeOf(confirmTotp(deps, { by, from, code, sessionId }));
  expect(await confirm("000000")).toBe("SIGN_IN_FAILED");
  expect(await codeOf(enter())).toBe("done");
  const { secret: newer } = await enrolTotp(deps, { by, from });
  expect(await confirm(await shown(secret))).toBe("SIGN_IN_FAILED");
  expect(await confirm(await shown(newer))).toBe("done");
  expect(await confirm(await shown(newer, 1))).toBe("TOKEN_INVALID");
});

test("confirming ends the other sessions and raises the one that asks", async () => {
  await enter();
  await enrolled(player);
  const sessions = await listSessions(deps, { userId: player.user.id });
  expect(sessions).toMatchObject([{ id: player.session.id, secondFactor: true }]);
});

test("a recovery code is good for one sign-in, and is on record", async () => {
  const { recoveryCodes } = await enrolled(player);
  expect(recoveryCodes).toHaveLength(10);
  const recoveryCode = recoveryCodes[3]?.toLowerCase().replaceAll("-", " ");
  const both = await Promise.all([
    codeOf(enter({ recoveryCode })),
    codeOf(enter({ recoveryCode })),
  ]);
  expect(both.toSorted()).toEqual(["SIGN_IN_FAILED", "done"]);
  expect(await codeOf(enter({ recoveryCode: recoveryCodes[4] }))).toBe("done");
  expect(await codeOf(enter({ recoveryCode: "AAAA-AAAA-AAAA-AAAA" }))).toBe("SIGN_IN_FAILED");
  const { items } = await listAudit(deps, { limit: 20 });
  const ofPlayer = items.filter(({ subject }) => subject === `user/${player.user.id}`);
  expect(ofPlayer.filter(({ action }) => action === "second-factor.recover")).toHaveLength(2);
});

test("another authenticator is enrolled with a code of the one before, which counts until then", async () => {
  const { by, secret, recoveryCodes } = await enrolled(player);
  expect(await codeOf(enrolTotp(deps, { by, from }))).toBe("SECOND_FACTOR_REQUIRED");
  expect(await codeOf(enrolTotp(deps, { by, from, totp: "000000" }))).toBe("SIGN_IN_FAILED");
  const begun = await enrolTotp(deps, { by, from, totp: await shown(secret, 1) });
  await moveRealTime(scratch.owner, { seconds: 60 });
  expect(await codeOf(enter({ totp: await shown(secret, 1) }))).toBe("done");
  const code = await shown(begun.secret);
  await confirmTotp(deps, { by, from, code, sessionId: player.session.id });
  await moveRealTime(scratch.owner, { seconds: 120 });
  expect(await codeOf(enter({ totp: await shown(secret) }))).toBe("SIGN_IN_FAILED");
  expect(await codeOf(enter({ recoveryCode: recoveryCodes[0] }))).toBe("SIGN_IN_FAILED");
  expect(await codeOf(enter({ totp: await shown(begun.secret) }))).toBe("done");
});

test("it is removed with a code, which ends every session", async () => {
  const { by, secret } = await enrolled(player);
  expect(await codeOf(removeTotp(deps, { by, from, code: "000000" }))).toBe("SIGN_IN_FAILED");
  expect(await codeOf(removeTotp(deps, { by, from, code: await shown(secret, 1) }))).toBe("done");
  expect(await listSessions(deps, { userId: player.user.id })).toEqual([]);
  expect(await codeOf(enter())).toBe("done");
  expect(await codeOf(removeTotp(deps, { by, from, code: "000000" }))).toBe("TOKEN_INVALID");
});

test("somebody else takes it away from whoever lost it, and the record says so", async () => {
  const { by } = await enrolled(player);
  const { user: helping } = await registered(deps);
  const userId = player.user.id;
  expect(await codeOf(resetSecondFactor(deps, { by, userId }))).toBe("FORBIDDEN");
  expect(await codeOf(enter())).toBe("SECOND_FACTOR_REQUIRED");
  const reason = "saw a passport";
  await resetSecondFactor(deps, { by: { ...own(helping), reason }, userId });
  const { items } = await listAudit(deps, { limit: 2 });
  expect(items[1]).toMatchObject({ action: "second-factor.reset", actor: helping.id, reason });
  expect(await listSessions(deps, { userId })).toEqual([]);
  expect(await codeOf(enter())).toBe("done");
});

test("its owner is told by mail when it is set up, removed, taken away, or got around by a recovery code", async () => {
  const told = async () =>
    (await lettersOf(deps)).map(({ to, subject }) => [to === player.email, subject]);
  const { by, secret, recoveryCodes } = await enrolled(player);
  expect(await told()).toEqual([[true, "A second factor for Closebell was set up"]]);
  await enter({ recoveryCode: recoveryCodes[0] });
  expect(await told()).toEqual([[true, "A recovery code for Closebell was used"]]);
  await removeTotp(deps, { by, from, code: await shown(secret, 1) });
  expect(await told()).toEqual([[true, "Your second factor for Closebell was removed"]]);
  await resetSecondFactor(deps, { by: stranger().by, userId: player.user.id });
  expect(await told()).toEqual([[true, "Your second factor for Closebell was removed"]]);
});

test("whoever lost the authenticator enrols another with a recovery code, or removes it", async () => {
  const { by, secret, recoveryCodes } = await enrolled(player);
  const [first, second] = recoveryCodes;
  const begun = await enrolTotp(deps, { by, from, recoveryCode: first });
  expect(await codeOf(enrolTotp(deps, { by, from, recoveryCode: first }))).toBe("SIGN_IN_FAILED");
  expect(await codeOf(enter({ totp: await shown(secret, 1) }))).toBe("done");
  expect(await codeOf(removeTotp(deps, { by, from, code: second ?? "" }))).toBe("done");
  expect(begun.secret).not.toBe(secret);
  expect(await codeOf(enter())).toBe("done");
});

test("codes are tried ten times an hour", async () => {
  const { by, secret } = await enrolled(player);
  const tries = { quota: 1000, windowSeconds: 60 };
  const limits = { perAccount: tries, perAddress: tries };
  deps = testIdentity(scratch.database, { auth: { ...deps.auth, limits } });
  for (let n = 0; n < 10; n += 1) {
    expect(await codeOf(enter({ totp: "000000" }))).toBe("SIGN_IN_FAILED");
  }
  const totp = await shown(secret, 1);
  expect(await codeOf(enter({ totp }))).toBe("RATE_LIMITED");
  expect(await codeOf(removeTotp(deps, { by, from, code: totp }))).toBe("RATE_LIMITED");
});

test("a reset password does not get past it", async () => {
  await enrolled(player);
  await requestPasswordReset(deps, { ...stranger(), email: player.email });
  const token = tokenIn((await lettersOf(deps)).at(-1)?.text);
  await resetPassword(deps, { ...stranger(), token, password: player.password });
  expect(await codeOf(enter())).toBe("SECOND_FACTOR_REQUIRED");
});

test("a wallet's owner is asked for it too, and the nonce is not used up by asking", async () => {
  const address = `0x${deps.ids.uuid().replaceAll("-", "")}00000000`;
  const begin = () => startWalletSignIn(deps, { ...stranger(), address, chainId: 1 });
  const finish = (message: string, codes: Codes = {}) => {
    const signature = scriptedSignature(address, message);
    return signInWithWallet(deps, { ...stranger(), message, signature, ...codes });
  };
  const { secret } = await enrolled(await finish((await begin()).message));
  const { message } = await begin();
  expect(await codeOf(finish(message))).toBe("SECOND_FACTOR_REQUIRED");
  expect(await codeOf(finish(message, { totp: await shown(secret, 1) }))).toBe("done");
});

test("nobody without the wallet uses up its owner's tries, which count for sign-in and removal together", async () => {
  const address = `0x${deps.ids.uuid().replaceAll("-", "")}00000000`;
  const tries = { quota: 1000, windowSeconds: 60 };
  const limits = { perAccount: tries, perAddress: tries };
  deps = testIdentity(scratch.database, { auth: { ...deps.auth, limits } });
  const begin = () => startWalletSignIn(deps, { ...stranger(), address, chainId: 1 });
  const finish = (message: string, signer: string, codes: Codes = {}) => {
    const signature = scriptedSignature(signer, message);
    return signInWithWallet(deps, { ...stranger(), message, signature, ...codes });
  };
  const attempt = async (signer: string, codes: Codes = {}) =>
    finish((await begin()).message, signer, codes);
  const seen = await begin();
  const owner = await finish(seen.message, address);
  const { secret } = await enrolled(owner);
  for (let n = 0; n < 11; n += 1) {
    const forged = attempt(`0x${"b".repeat(40)}`, { totp: "000000" });
    expect(await codeOf(forged)).toBe("SIGN_IN_FAILED");
    // signed by the owner, and seen by somebody else
    const spent = finish(seen.message, address, { totp: "000000" });
    expect(await codeOf(spent)).toBe("SIGN_IN_FAILED");
  }
  const { items } = await listAudit(deps, { limit: 1 });
  expect(items[0]).toMatchObject({ action: "sign-in.fail", subject: `user/${owner.user.id}` });
  expect(await codeOf(attempt(address, { totp: await shown(secret, 1) }))).toBe("done");
  for (let n = 0; n < 8; n += 1) {
    expect(await codeOf(attempt(address, { totp: "000000" }))).toBe("SIGN_IN_FAILED");
  }
  const removing = removeTotp(deps, { by: own(owner.user), from, code: "000000" });
  expect(await codeOf(removing)).toBe("RATE_LIMITED");
});

test("staff without it may enrol one and nothing else, and all they may once it is confirmed", async () => {
  const email = `${deps.ids.uuid()}@example.com`;
  const { by } = stranger();
  await transact(deps, async (work) => {
    const member = { by, handle: `ada-${deps.ids.uuid()}`, roles: ["treasurer"] as const };
    const { id } = await insertStaff(deps, work, member);
    await addEmail(work.tx, { userId: id, email });
  });
  await requestPasswordReset(deps, { ...stranger(), email });
  const token = tokenIn((await lettersOf(deps)).at(-1)?.text);
  const password = "the treasurer's choice";
  await resetPassword(deps, { ...stranger(), token, password });

  const first = await signIn(deps, { ...stranger(), email, password });
  expect(first.mustEnrolSecondFactor).toBe(true);
  const before = await createTokenVerifier(deps)(first.tokens.accessToken);
  expect([...before.permissions]).toEqual(["own:credentials"]);
  const { refreshToken } = first.tokens;
  const still = await refreshSession(deps, { ...stranger(), refreshToken });
  expect(still.mustEnrolSecondFactor).toBe(true);

  await enrolled(first);
  const { refreshToken: next } = still.tokens;
  const after = await refreshSession(deps, { ...stranger(), refreshToken: next });
  expect(after.mustEnrolSecondFactor).toBe(false);
  const { roles, permissions } = await createTokenVerifier(deps)(after.tokens.accessToken);
  expect(roles).toEqual(["treasurer"]);
  expect(permissions.has("money:move")).toBe(true);
});

test("no table and no log holds a secret or a recovery code that could be read", async () => {
  const { secret, recoveryCodes } = await enrolled(player);
  const rows = await scratch.owner.sql<{ row: string }[]>`
    select row_to_json(t)::text as row from identity.totp t
    union all select row_to_json(c)::text from identity.recovery_code c
    union all select row_to_json(a)::text from database.audit a`;
  const all = rows.map(({ row }) => row).join("\n");
  for (const canary of [secret, Buffer.from(secret).toString("hex"), ...recoveryCodes]) {
    expect(all).not.toContain(canary);
    expect(all).not.toContain(canary.replaceAll("-", ""));
  }
});
