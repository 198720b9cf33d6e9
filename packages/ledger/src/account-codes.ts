/** What a user's account is for: may be bet or withdrawn, on its way out, or withdrawable but not bettable. */
export type UserPurpose = "available" | "withdrawing" | "held";

/** Every account a user has. */
export const USER_PURPOSES: readonly UserPurpose[] = ["available", "withdrawing", "held"];

/** `user/<id>/<purpose>` */
export const userAccount = (userId: string, purpose: UserPurpose): string =>
  `user/${userId}/${purpose}`;

/** The house's own accounts: fees earned, operator credits and losses, money not yet explained. */
export const HOUSE = {
  fees: "house/fees",
  capital: "house/capital",
  suspense: "house/suspense",
} as const;

/** `custody/<chain>`: what we hold on that chain, the asset side; its balance is zero or below. */
export const custodyAccount = (chain: string): string => `custody/${chain}`;

/** Rank in the one order in which every transaction locks accounts. */
export const LOCK_RANK = { user: 1, round: 2, house: 3, custody: 4 } as const;
