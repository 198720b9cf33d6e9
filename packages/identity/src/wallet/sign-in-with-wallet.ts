import { DomainError, type By } from "@closebell/context";
import {
  constraintOf,
  type Executor,
  reachable,
  recordAudit,
  transact,
  type Work,
} from "@closebell/database";
import { sql, type SQL } from "drizzle-orm";
import { insertPlayer } from "../create-user.ts";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { limitAccount, limitAddress, limitCodes } from "../people/limit-attempts.ts";
import { auditFailure, SignInFailed } from "../people/sign-in-failed.ts";
import { realNow } from "../real-now.ts";
import type { Codes } from "../second-factor/codes.ts";
import { proveSecondFactor } from "../second-factor/prove-second-factor.ts";
import type { SignedIn } from "../sessions/session.ts";
import { startSession } from "../sessions/start-session.ts";
import { actorOf, userById, type User } from "../user.ts";
import { isForSite } from "./check-wallet-message.ts";
import type { WalletMessage } from "./wallet-signatures.ts";

interface WalletSignIn extends Codes {
  readonly by: By;
  readonly from: Client;
  readonly message: string;
  readonly signature: string;
}

const MAX_LENGTH = 4096;

const parsed = async (deps: IdentityDeps, text: string): Promise<WalletMessage> => {
  const message = text.length > MAX_LENGTH ? undefined : await deps.wallets.parse(text);
  if (message !== undefined) return message;
  const detail =
    "must be a sign-in message (EIP-4361), as POST /auth/sign-in/wallet/challenge gives one";
  throw new DomainError("VALIDATION_FAILED", `The message ${detail}.`, {
    errors: [{ pointer: "/message", detail }],
  });
};

const unused = ({ nonce, address }: WalletMessage): SQL => sql`
  nonce = ${nonce} and address = ${address.toLowerCase()} and used_at is null and expires_at > identity.now()`;

const needNonce = async (on: Executor, message: WalletMessage): Promise<void> => {
  const found = await on.execute(sql`select from identity.wallet_nonce where ${unused(message)}`);
  if (found.length === 0) throw new SignInFailed("wallet");
};

/** Uses the nonce up, in the transaction that signs in: of two at once one gets it. */
const useNonce = async (work: Pick<Work, "tx">, message: WalletMessage): Promise<void> => {
  const used = await work.tx.execute(sql`
    update identity.wallet_nonce set used_at = identity.now() where ${unused(message)} returning 1`);
  if (used.length === 0) throw new SignInFailed("wallet");
};

const ownerOfWallet = async (on: Executor, address: string): Promise<User | undefined> => {
  const [row] = await on.execute<{ id: string }>(
    sql`select user_id as id from identity.wallet_login where address = ${address.toLowerCase()}`,
  );
  return row === undefined ? undefined : userById(on, row.id);
};

const openAccount = async (
  deps: IdentityDeps,
  work: Work,
  by: By,
  address: string,
): Promise<User> => {
  const user = await insertPlayer(deps, work, null);
  await work.tx.execute(sql`
    insert into identity.wallet_login (address, user_id) values (${address.toLowerCase()}, ${user.id})`);
  await recordAudit(work, {
    by: { ...by, actor: actorOf(user) },
    action: "user.register",
    subject: `user/${user.id}`,
    after: { wallet: address },
  });
  return user;
};

const prove = async (
  deps: IdentityDeps,
  message: WalletMessage,
  input: WalletSignIn,
): Promise<void> => {
  const { url, orm } = deps.database;
  const now = await reachable(url, () => realNow(orm));
  if (!isForSite(message, deps.auth.site, now)) throw new SignInFailed("wallet");
  const signer = await deps.wallets.signerOf(input.message, input.signature);
  if (signer === undefined || signer !== message.address) throw new SignInFailed("wallet");
  await reachable(url, () => needNonce(orm, message));
};

const enter = (
  deps: IdentityDeps,
  message: WalletMessage,
  input: WalletSignIn,
): Promise<SignedIn & { readonly created: boolean }> =>
  transact(deps, async (work) => {
    const { by, from } = input;
    await useNonce(work, message);
    const known = await ownerOfWallet(work.tx, message.address);
    const user = known ?? (await openAccount(deps, work, by, message.address));
    const secondFactor = await proveSecondFactor(deps, work, by, user, input);
    const start = { by, from, user, method: "wallet", secondFactor } as const;
    return { ...(await startSession(deps, work, start)), created: known === undefined };
  });

/**
 * Signs in with a message that the caller's wallet signed (EIP-4361 over EIP-191); the first time makes the account. Every
 * field of the message is checked, and its nonce counts once.
 * @throws DomainError SIGN_IN_FAILED, SECOND_FACTOR_REQUIRED, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const signInWithWallet = async (
  deps: IdentityDeps,
  input: WalletSignIn,
): Promise<SignedIn & { readonly created: boolean }> => {
  const message = await parsed(deps, input.message);
  await limitAddress(deps, input.from);
  const { url, orm } = deps.database;
  const owner = await reachable(url, () => ownerOfWallet(orm, message.address));
  const subject = owner === undefined ? `wallet/${message.address}` : `user/${owner.id}`;
  return auditFailure(deps, { ...input, subject }, async () => {
    await prove(deps, message, input);
    // addresses are known to everybody: only whoever has the key, and a nonce that was not used, uses up its owner's tries
    await limitAccount(deps, `wallet:${message.address}`);
    if (owner !== undefined) await limitCodes(deps, owner.id, input);
    try {
      return await enter(deps, message, input);
    } catch (error) {
      // its first sign-in, twice at once: the other made the account
      if (constraintOf(error) !== "wallet_login_pkey") throw error;
      return enter(deps, message, input);
    }
  });
};
