import type { By } from "@closebell/context";
import type { MicroUsdc } from "@closebell/money";
import type { Bet, Side } from "./types.ts";

/** A bet as its sender means it. */
export interface BetRequest {
  readonly by: By;
  readonly userId: string;
  /** The default market when absent. */
  readonly market?: string | undefined;
  /** The round open at the moment of acceptance when absent. */
  readonly roundCode?: string | undefined;
  readonly side: Side;
  readonly stake: MicroUsdc;
  /** The own name of whoever sends it (`by`) for this bet: sent again, it gives the first answer again. */
  readonly idempotencyKey: string;
}

/** An accepted bet; `replayed` where its key had been used for it before. */
export interface BetReceipt {
  readonly bet: Bet;
  readonly replayed: boolean;
}

/** The one way in for bets: HTTP, command line and replay all place them here. */
export interface BetIntake {
  /**
   * Resolves once the bet is committed.
   * @throws DomainError USER_NOT_FOUND, MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN, ROUND_PAUSED,
   *   PLAY_SUSPENDED, PROTECTION_LIMIT_EXCEEDED, STAKE_BELOW_MINIMUM, STAKE_ABOVE_MAXIMUM, INSUFFICIENT_FUNDS,
   *   AMOUNT_OVERFLOW, IDEMPOTENCY_KEY_REUSED, OVERLOADED,
   *   DATABASE_UNAVAILABLE (the bet may have been committed: ask again with the same key)
   */
  place(request: BetRequest): Promise<BetReceipt>;
  /** Bets that wait for the batch in flight. */
  waiting(): number;
  /** Takes no more bets and resolves once those taken are answered. */
  close(): Promise<void>;
}
