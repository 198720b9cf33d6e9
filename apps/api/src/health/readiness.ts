import { DomainError } from "@closebell/context";
import { databaseClock, type Database } from "@closebell/database";
import type { BetIntake } from "@closebell/rounds";
import { remembered } from "../remembered.ts";

/** Whether this process should be given requests. */
export interface Readiness {
  /** Says no from now on. */
  drain(): void;
  /** @throws DomainError OVERLOADED while draining or full, DATABASE_UNAVAILABLE */
  check(): Promise<void>;
}

// A balancer asks often; a database that hangs must not be asked for longer than it would wait.
const DATABASE_TIMEOUT_MS = 2_000;

const unavailable = (cause?: unknown) =>
  new DomainError("DATABASE_UNAVAILABLE", "The database does not answer. Send no requests here.", {
    cause,
    retryAfterSeconds: 1,
  });

/** Rejects where the database does not answer within 2 s. */
export const askDatabase = async (database: Database): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unavailable()), DATABASE_TIMEOUT_MS);
  try {
    await Promise.race([databaseClock(database).now(), promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Anybody may ask, and as often as they like: the database is asked for all of them. */
const DATABASE_MAX_AGE_MS = 250;

export interface ReadinessOptions {
  /** @throws DomainError DATABASE_UNAVAILABLE */
  readonly askDatabase: () => Promise<void>;
  readonly intake: Pick<BetIntake, "waiting">;
  readonly intakeFullAt: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

export const createReadiness = (options: ReadinessOptions): Readiness => {
  const { askDatabase: ask, intake, intakeFullAt, now } = options;
  const databaseAnswers = remembered(ask, DATABASE_MAX_AGE_MS, now);
  let draining = false;
  return {
    drain: () => {
      draining = true;
    },
    async check() {
      if (draining) {
        throw new DomainError("OVERLOADED", "This process is shutting down. Ask another one.", {
          retryAfterSeconds: 5,
        });
      }
      if (intake.waiting() >= intakeFullAt) {
        throw new DomainError("OVERLOADED", "Too many bets are waiting here. Try again.");
      }
      await databaseAnswers();
    },
  };
};
