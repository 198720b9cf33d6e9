import { DomainError, isUuid } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { eq } from "drizzle-orm";
import type { Deposit } from "./deposit.ts";
import { deposits } from "./tables.ts";

/** For who names a deposit that isn't there. */
export const depositNotFound = (id: string): DomainError =>
  new DomainError("DEPOSIT_NOT_FOUND", `There is no deposit ${id}.`);

/**
 * One deposit as it stands now.
 * @throws DomainError DEPOSIT_NOT_FOUND
 */
export const getDeposit = async (
  deps: Pick<Deps, "database">,
  input: { readonly depositId: string },
): Promise<Deposit> => {
  const { database } = deps;
  const { depositId } = input;
  const rows = isUuid(depositId)
    ? await reachable(database.url, () =>
        database.orm.select().from(deposits).where(eq(deposits.id, depositId)),
      )
    : [];
  const [deposit] = rows;
  if (deposit === undefined) throw depositNotFound(depositId);
  return deposit;
};
