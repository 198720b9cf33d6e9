import { snapshot, type Deps } from "@closebell/database";
import { asc, eq } from "drizzle-orm";
import { chains } from "./tables.ts";

/** The real chain whose money the books hold, by name; undefined where none was ever read. */
export const holdsRealMoney = (deps: Pick<Deps, "database">): Promise<string | undefined> =>
  snapshot(deps, async (tx) => {
    const [real] = await tx
      .select({ name: chains.name })
      .from(chains)
      .where(eq(chains.simulated, false))
      .orderBy(asc(chains.name))
      .limit(1);
    return real?.name;
  });
