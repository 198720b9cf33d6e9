import { DomainError, type By } from "@closebell/context";
import type { MicroUsdc } from "@closebell/money";

const PRINTABLE = /^[\u0021-\u007e]{1,200}$/;

const refuse = (field: string, detail: string): never => {
  throw new DomainError("VALIDATION_FAILED", `The field ${field} ${detail}.`, {
    errors: [{ pointer: `/${field}`, detail }],
  });
};

/**
 * An amount that can move: above zero.
 * @throws DomainError AMOUNT_INVALID
 */
export const checkedAmount = (amount: MicroUsdc): MicroUsdc => {
  if (amount > 0n) return amount;
  throw new DomainError("AMOUNT_INVALID", "The amount must be at least 1 micro-USDC.");
};

/**
 * A name given from outside, such as a transaction hash or an idempotency key: 1 to 200 printable ASCII characters.
 * @throws DomainError VALIDATION_FAILED
 */
export const checkedName = (field: string, text: string): string =>
  PRINTABLE.test(text)
    ? text
    : refuse(field, "must be 1 to 200 printable ASCII characters without spaces");

/**
 * The hash of a transaction, in the spelling chains tell it in.
 * @throws DomainError VALIDATION_FAILED
 */
export const checkedTransaction = (text: string): string =>
  /^0x[0-9a-f]{64}$/i.test(text)
    ? text.toLowerCase()
    : refuse("tx", "must be the hash of a transaction: 0x and 64 hex digits");

/**
 * The index of a log: a whole number from 0 that fits PostgreSQL's integer.
 * @throws DomainError VALIDATION_FAILED
 */
export const checkedLog = (log: number): number =>
  Number.isInteger(log) && log >= 0 && log < 2 ** 31
    ? log
    : refuse("log", "must be a whole number from 0");

/**
 * Why somebody does what needs a reason.
 * @throws DomainError VALIDATION_FAILED
 */
export const checkedReason = (by: By): string => {
  const reason = by.reason?.trim() ?? "";
  return reason === "" ? refuse("reason", "must say why this is done") : reason;
};
