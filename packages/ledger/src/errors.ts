import { DomainError } from "@closebell/context";
import { constraintOf, sqlStateOf } from "@closebell/database";

const NUMERIC_VALUE_OUT_OF_RANGE = "22003";

/** Runs `post` and turns what the books refuse into the ledger's own error codes. */
export const withLedgerErrors = async <T>(post: () => Promise<T>): Promise<T> => {
  try {
    return await post();
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
};

const refusalOf = (error: unknown): DomainError | undefined => {
  switch (constraintOf(error)) {
    case "account_not_below_zero":
      return new DomainError(
        "INSUFFICIENT_FUNDS",
        "The account does not hold this amount. Ask for less, or deposit first.",
        { cause: error },
      );
    case "transfer_once":
      return new DomainError(
        "TRANSFER_CONFLICT",
        "This transfer is already in the books with other content. Read it, and correct it instead.",
        { cause: error },
      );
    case "account_exists":
      return new DomainError("ACCOUNT_NOT_FOUND", "There is no such account.", { cause: error });
    case "transfer_exists":
      return new DomainError("TRANSFER_NOT_FOUND", "There is no such transfer.", { cause: error });
    case "correction_within_transfer":
      return new DomainError(
        "TRANSFER_CONFLICT",
        "Corrections would exceed the transfer. Correct at most what is left of it.",
        { cause: error },
      );
    default:
      return sqlStateOf(error) === NUMERIC_VALUE_OUT_OF_RANGE
        ? new DomainError("AMOUNT_OVERFLOW", "The amount is larger than an account can hold.", {
            cause: error,
          })
        : undefined;
  }
};
