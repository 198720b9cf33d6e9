import { type By, DomainError } from "@closebell/context";
import { type Deps, recordAudit, transact } from "@closebell/database";
import { sql } from "drizzle-orm";
import { isPositiveDecimal } from "./exact-decimal.ts";
import type { SimulatedClose, SimulatedMode, SimulatedSource } from "./simulated-close.ts";

/** What a simulated source shall do when asked for one date. */
export interface SetSimulatedClose {
  readonly by: By;
  /** Default "simulated". */
  readonly source?: SimulatedSource;
  readonly symbol: string;
  readonly date: Temporal.PlainDate;
  /** Default "right". */
  readonly mode?: SimulatedMode;
  /** Exact decimal above zero; left out, the source's own price for that date. */
  readonly price?: string;
  /** Required for mode "late", and only there. */
  readonly availableFrom?: Temporal.Instant;
}

const check = ({ mode, price, availableFrom }: SimulatedClose): void => {
  if (price !== null && !isPositiveDecimal(price)) {
    throw new DomainError(
      "PRICE_INVALID",
      "A close is an exact decimal above zero, such as 20123.45.",
    );
  }
  if ((mode === "late") !== (availableFrom !== null)) {
    const detail = "Give the instant with mode late, and with no other mode.";
    throw new DomainError("VALIDATION_FAILED", detail, {
      errors: [{ pointer: "/availableFrom", detail }],
    });
  }
};

/**
 * Tells a simulated source what to say about one date; telling it again replaces what was said. A round that is settled
 * keeps the price it was settled on.
 * @throws DomainError PRICE_INVALID, VALIDATION_FAILED
 */
export const setSimulatedClose = async (
  deps: Deps,
  input: SetSimulatedClose,
): Promise<SimulatedClose> => {
  const source = input.source ?? "simulated";
  const date = input.date.toString();
  const close: SimulatedClose = {
    mode: input.mode ?? "right",
    price: input.price ?? null,
    availableFrom: input.availableFrom ?? null,
  };
  check(close);
  const availableFrom = close.availableFrom?.toString() ?? null;
  await transact(deps, async (work) => {
    await work.tx.execute(sql`
      insert into simulation.close (source, symbol, date, mode, price, available_from)
      values (${source}, ${input.symbol}, ${date}::date, ${close.mode}, ${close.price}, ${availableFrom}::timestamptz)
      on conflict (source, symbol, date) do update
        set mode = excluded.mode, price = excluded.price, available_from = excluded.available_from, set_at = clock.now()`);
    await recordAudit(work, {
      by: input.by,
      action: "simulation.set-close",
      subject: `${source}/${input.symbol}/${date}`,
      after: { ...close, availableFrom },
    });
  });
  return close;
};
