import { afterAll, beforeAll, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import fc from "fast-check";
import { generateSync } from "otplib";
import { createApiKey } from "../api-keys/create-api-key.ts";
import { createUser } from "../create-user.ts";
import type { IdentityDeps } from "../identity-deps.ts";
import { confirmTotp } from "../second-factor/confirm-totp.ts";
import { enrolTotp } from "../second-factor/enrol-totp.ts";
import { removeTotp } from "../second-factor/remove-totp.ts";
import { endSession } from "../sessions/end-session.ts";
import { refreshSession } from "../sessions/refresh-session.ts";
import { registered, type Registered } from "../testing/registered.ts";
import { stranger, testIdentity } from "../testing/test-identity.ts";
import { createTokenVerifier } from "../tokens/verify-access-token.ts";
import { actorOf } from "../user.ts";
import { signInWithWallet } from "../wallet/sign-in-with-wallet.ts";
import { startWalletSignIn } from "../wallet/start-wallet-sign-in.ts";
import { changePassword } from "./change-password.ts";
import { register } from "./register.ts";
import { requestPasswordReset } from "./request-password-reset.ts";
import { resetPassword } from "./reset-password.ts";
import { signIn } from "./sign-in.ts";
import { verifyEmail } from "./verify-email.ts";

let scratch: ScratchDatabase;
let deps: IdentityDeps;
let player: Registered;
let beginner: Registered;

const by = ({ user }: Registered) => ({ ...stranger().by, actor: actorOf(user) });

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = testIdentity(scratch.database);
  player = await registered(deps);
  beginner = await registered(deps);
  for (const one of [player, beginner]) {
    const { secret } = await enrolTotp(deps, { ...stranger(), by: by(one) });
    if (one === beginner) continue;
    const code = generateSync({ secret });
    await confirmTotp(deps, { ...stranger(), by: by(one), code, sessionId: null });
  }
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** What nobody means to send: control characters, halves of letters, words of SQL, much of something. */
const odd = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom("", "\0", "\ud800", "' or true --", "a".repeat(5000), "\r\nBcc: x@y.example"),
  fc.constantFrom("cb_mail_\0", "cb_refresh_\0", "a\0b@example.com", "000000", "ZZZZ-ZZZZ"),
);

const VERBS: Readonly<Record<string, (text: string, other: string) => Promise<unknown>>> = {
  register: (email, password) => register(deps, { ...stranger(), email, password }),
  "register, a password": (password) =>
    register(deps, { ...stranger(), email: "odd@example.com", password }),
  verifyEmail: (token, password) => verifyEmail(deps, { ...stranger(), token, password }),
  signIn: (email, password) => signIn(deps, { ...stranger(), email, password }),
  "signIn, a code": (totp, recoveryCode) =>
    signIn(deps, { ...stranger(), ...player, totp, recoveryCode }),
  requestPasswordReset: (email) => requestPasswordReset(deps, { ...stranger(), email }),
  resetPassword: (token) =>
    resetPassword(deps, { ...stranger(), token, password: "correct horse battery" }),
  changePassword: (currentPassword, newPassword) =>
    changePassword(deps, {
      ...stranger(),
      by: by(player),
      sessionId: null,
      currentPassword,
      newPassword,
    }),
  refreshSession: (refreshToken) => refreshSession(deps, { ...stranger(), refreshToken }),
  endSession: (sessionId) => endSession(deps, { by: by(player), sessionId }),
  verifyAccessToken: (token, other) => createTokenVerifier(deps)(`${token}.${other}.${token}`),
  startWalletSignIn: (address) => startWalletSignIn(deps, { ...stranger(), address, chainId: 1 }),
  signInWithWallet: (message, signature) =>
    signInWithWallet(deps, { ...stranger(), message, signature }),
  confirmTotp: (code) =>
    confirmTotp(deps, {
      ...stranger(),
      by: by(beginner),
      code,
      sessionId: null,
    }),
  createApiKey: (name) => createApiKey(deps, { by: by(player), name }),
  createUser: (handle) => createUser(deps, { by: by(player), handle }),
  removeTotp: (code) => removeTotp(deps, { ...stranger(), by: by(player), code }),
};

test.each(Object.keys(VERBS))(
  "%s takes what is sent, or refuses it in its own words",
  async (name) => {
    await fc.assert(
      fc.asyncProperty(odd, odd, async (text, other) => {
        deps = testIdentity(scratch.database);
        const error: unknown = await VERBS[name]?.(text, other).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error === undefined) return;
        expect(error).toBeInstanceOf(DomainError);
        expect(error).not.toMatchObject({ code: "INTERNAL" });
      }),
      { numRuns: 30 },
    );
  },
);
