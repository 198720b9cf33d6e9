import { texts, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { LOCK_RANK, USER_PURPOSES, custodyAccount, userAccount } from "./account-codes.ts";

/** Accounts that no user owns, opened together; `floored` accounts can't go below zero. */
export interface NewAccounts {
  readonly codes: readonly string[];
  readonly lockRank: (typeof LOCK_RANK)[keyof typeof LOCK_RANK];
  readonly floored: boolean;
}

/** Opens the accounts that do not exist yet. Opening an account twice is harmless. */
export const openAccounts = async (work: Work, accounts: NewAccounts): Promise<void> => {
  await work.tx.execute(sql`
    select ledger.open_accounts(
      ${texts(accounts.codes)}, null, array_fill(null::text, array[${accounts.codes.length}::int]),
      ${accounts.lockRank}::smallint, ${accounts.floored}::boolean)`);
};

/** Opens a user's accounts, one for each purpose. */
export const openUserAccounts = async (work: Work, userId: string): Promise<void> => {
  const codes = USER_PURPOSES.map((purpose) => userAccount(userId, purpose));
  await work.tx.execute(sql`
    select ledger.open_accounts(
      ${texts(codes)}, ${userId}::uuid, ${texts(USER_PURPOSES)}, ${LOCK_RANK.user}::smallint, true)`);
};

/** Opens the account of what is held on `chain`. */
export const openCustodyAccount = (work: Work, chain: string): Promise<void> =>
  openAccounts(work, {
    codes: [custodyAccount(chain)],
    lockRank: LOCK_RANK.custody,
    floored: false,
  });
