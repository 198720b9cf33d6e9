import type { User } from "../user.ts";

interface Lifetimes {
  /** From sign-in on, however often it is refreshed. */
  readonly sessionHours: number;
  /** Between two refreshes. */
  readonly idleHours: number;
}

const PLAYER: Lifetimes = { sessionHours: 30 * 24, idleHours: 14 * 24 };

/** A working day, and a lunch break. */
const STAFF: Lifetimes = { sessionHours: 12, idleHours: 1 };

/** How long a user's sessions last. */
export const lifetimesOf = (user: User): Lifetimes => (user.kind === "player" ? PLAYER : STAFF);
