import { DomainError, type ErrorCode } from "@closebell/context";
import { constraintOf, sqlStateOf } from "@closebell/database";

const NUMERIC_VALUE_OUT_OF_RANGE = "22003";

const TOO_MUCH_CORRECTED: readonly [ErrorCode, string] = [
  "TRANSFER_CONFLICT",
  "Corrections would exceed the transfer. Correct at most what is left of it.",
];

const BETWEEN_ROUNDS: readonly [ErrorCode, string] = [
  "TRANSFER_CONFLICT",
  "This transfer moves money within a round, which is not corrected. Correct what the round took or paid instead.",
];

/** For who would correct a transfer between two accounts of a round. */
export const betweenRounds = (): DomainError => new DomainError(...BETWEEN_ROUNDS);

/** For who would correct more of a transfer than is left of it. */
export const tooMuchCorrected = (): DomainError => new DomainError(...TOO_MUCH_CORRECTED);

/** What the books' constraints mean, by name. */
const REFUSALS: ReadonlyMap<string, readonly [ErrorCode, string]> = new Map([
  [
    "account_not_below_zero",
    [
      "INSUFFICIENT_FUNDS",
      "The account does not hold this amount. Ask for less, or deposit first.",
    ],
  ],
  [
    "transfer_once",
    [
      "TRANSFER_CONFLICT",
      "This transfer is already in the books with other content. Read it, and correct it instead.",
    ],
  ],
  ["account_exists", ["ACCOUNT_NOT_FOUND", "There is no such account."]],
  ["transfer_exists", ["TRANSFER_NOT_FOUND", "There is no such transfer."]],
  ["correction_within_transfer", TOO_MUCH_CORRECTED],
  ["correction_outside_rounds", BETWEEN_ROUNDS],
]);

const refusalOf = (error: unknown): DomainError | undefined => {
  const refusal = REFUSALS.get(constraintOf(error) ?? "");
  if (refusal !== undefined) return new DomainError(...refusal, { cause: error });
  return sqlStateOf(error) === NUMERIC_VALUE_OUT_OF_RANGE
    ? new DomainError("AMOUNT_OVERFLOW", "The amount is larger than an account can hold.", {
        cause: error,
      })
    : undefined;
};

/** Runs `post` and turns what the books refuse into the ledger's own error codes. */
export const withLedgerErrors = async <T>(post: () => Promise<T>): Promise<T> => {
  try {
    return await post();
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
};
