import type { Database } from "@closebell/database";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { SIMULATED_MODES, type SimulatedCloses, type SimulatedSource } from "./simulated-close.ts";

const row = z.object({
  mode: z.enum(SIMULATED_MODES),
  price: z.string().nullable(),
  availableFrom: z.instanceof(Temporal.Instant).nullable(),
});

/** What `source` was told, as `setSimulatedClose` stored it, whichever process did. */
export const databaseCloses = (deps: {
  readonly database: Database;
  readonly source?: SimulatedSource;
}): SimulatedCloses => ({
  async closeOf(symbol, date) {
    const [found] = await deps.database.orm.execute(sql`
      select mode, price, available_from as "availableFrom" from simulation.close
      where source = ${deps.source ?? "simulated"} and symbol = ${symbol} and date = ${date.toString()}::date`);
    return found === undefined ? undefined : row.parse(found);
  },
});
