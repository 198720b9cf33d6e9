import type { HOUSE } from "@closebell/ledger";
import type { MicroUsdc } from "@closebell/money";

/** What an owner may take out of: what the house has earned, or what was put in. */
export type DrawingAccount = typeof HOUSE.fees | typeof HOUSE.capital;

/** USDC that an owner paid out of a wallet of the house, with its own key. `(chain, tx, log)` names it for ever. */
export interface Drawing {
  readonly id: string;
  readonly chain: string;
  readonly tx: string;
  readonly log: number;
  readonly blockNumber: bigint;
  readonly blockHash: string;
  /** The wallet of the house. */
  readonly address: string;
  readonly to: string;
  readonly amountMicroUsdc: MicroUsdc;
  readonly account: DrawingAccount;
  /** What a second person gave for all that one transaction took out. */
  readonly approval: string;
  /** Who booked it, and why. */
  readonly actor: string;
  readonly reason: string;
  readonly createdAt: Temporal.Instant;
}
