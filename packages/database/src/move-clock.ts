import { type By, DomainError, LAST_INSTANT } from "@closebell/context";
import { sql } from "drizzle-orm";
import { constraintOf } from "./errors.ts";
import { recordAudit } from "./record-audit.ts";
import { type Deps, transact } from "./transact.ts";

/**
 * Where to move the sandbox clock: to an instant, or by a duration of hours and smaller units. To the end of the year 2100 at
 * most: what is reckoned from the clock has to be a timestamp too.
 */
export interface MoveClock {
  readonly by: By;
  readonly to?: Temporal.Instant;
  readonly advance?: Temporal.Duration;
}

const targetOf = (now: Temporal.Instant, input: MoveClock): Temporal.Instant => {
  if (input.to === undefined && input.advance === undefined) {
    throw new DomainError("VALIDATION_FAILED", "Say where to move the clock: `to` or `advance`.");
  }
  const to = input.to ?? now.add(input.advance ?? new Temporal.Duration());
  if (Temporal.Instant.compare(to, LAST_INSTANT) > 0) {
    throw new DomainError("VALIDATION_FAILED", "The clock ends with the year 2100.");
  }
  return to;
};

/**
 * Moves the clock of a sandbox forward and returns what it now says. Tells everyone by `clock.moved`.
 * @throws DomainError SANDBOX_ONLY, CLOCK_BACKWARDS, VALIDATION_FAILED
 */
export const moveClock = async (deps: Deps, input: MoveClock): Promise<Temporal.Instant> => {
  try {
    return await transact(deps, async (work) => {
      const before = await work.now();
      const to = targetOf(before, input);
      const [row] = await work.tx.execute<{ now: Temporal.Instant }>(
        sql`select clock.move(${to}::timestamptz) as now`,
      );
      const after = row?.now ?? to;
      await recordAudit(work, {
        by: input.by,
        action: "clock.move",
        subject: "clock",
        before: { now: before.toString() },
        after: { now: after.toString() },
      });
      work.emit({ type: "clock.moved" });
      return after;
    });
  } catch (error) {
    throw refusal(error) ?? error;
  }
};

const refusal = (error: unknown): DomainError | undefined => {
  const constraint = constraintOf(error);
  if (constraint === "clock_sandbox_only") {
    const message = "Only a sandbox has a clock to move. Start one with `bun run sandbox`.";
    return new DomainError("SANDBOX_ONLY", message, { cause: error });
  }
  if (constraint === "clock_forward_only") {
    const message = "The clock only moves forward. Choose a later instant, or start a new sandbox.";
    return new DomainError("CLOCK_BACKWARDS", message, { cause: error });
  }
  return undefined;
};
