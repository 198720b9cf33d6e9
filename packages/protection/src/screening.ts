/** Why somebody may not bet here. `identity`: it could not be established who he is. */
export type ScreeningRefusal = "age" | "country" | "sanctions" | "identity";

/** What a screening says of a player. */
export interface ScreeningAnswer {
  /** Null: he passes. */
  readonly refusedFor: ScreeningRefusal | null;
  /** Until when a pass counts; null: until somebody says otherwise. */
  readonly validUntil: Temporal.Instant | null;
}

/**
 * Whoever knows a player's age, country and whether sanctions forbid to serve him (UKGC LCCP 17.1.1: before a customer may
 * deposit or gamble; MGA Player Protection Directive, on minors). It knows people by our user ids.
 */
export interface Screening {
  readonly name: string;
  /** Whether everybody passes without being asked about: only where no money is at stake. */
  readonly everybodyPasses: boolean;
  /** @throws whatever went wrong: then nothing is known, and nobody passes */
  screen(userId: string): Promise<ScreeningAnswer>;
}

/** Everybody passes, and nobody is asked: for the sandbox and simulated chains. */
export const allowAll: Screening = {
  name: "allow-all",
  everybodyPasses: true,
  screen: () => Promise.resolve({ refusedFor: null, validUntil: null }),
};
