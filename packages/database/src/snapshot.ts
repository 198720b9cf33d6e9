import { reachable } from "./errors.ts";
import type { Transaction } from "./database.ts";
import type { Deps } from "./transact.ts";

/**
 * Runs `body` in one REPEATABLE READ READ ONLY transaction: everything it reads is of the same moment.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const snapshot = <T>(
  deps: Pick<Deps, "database">,
  body: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  if (deps.database.work !== undefined) {
    return Promise.reject(
      new Error("A unit of work takes no snapshot: it sees what others commit."),
    );
  }
  return reachable(deps.database.url, () =>
    deps.database.orm.transaction(body, {
      isolationLevel: "repeatable read",
      accessMode: "read only",
    }),
  );
};
