import { microUsdc, type MicroUsdc } from "@closebell/money";
import type { PaymentOrder } from "./chain-sender.ts";

/** An order as `custody.payment.instruction` keeps it: whole numbers as digits, so that none loses precision. */
export type WrittenOrder = Readonly<Record<string, string>>;

const fieldsOf = (order: PaymentOrder): Readonly<Record<string, string | bigint>> =>
  order.kind === "authorized" ? { ...order.authorization, kind: order.kind } : order;

/** For the database. */
export const writeOrder = (order: PaymentOrder): WrittenOrder =>
  Object.fromEntries(
    Object.entries(fieldsOf(order)).map(([name, value]) => [name, value.toString()]),
  );

const isWritten = (value: unknown): value is WrittenOrder =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((field) => typeof field === "string");

/**
 * From the database.
 * @throws Error where it is no order
 */
export const readOrder = (written: unknown): PaymentOrder => {
  const text = (name: string): string => {
    const field = isWritten(written) ? written[name] : undefined;
    if (field === undefined) throw new Error(`A payment's instruction has no ${name}.`);
    return field;
  };
  const whole = (name: string): bigint => BigInt(text(name));
  const kind = text("kind");
  switch (kind) {
    case "nothing":
      return { kind };
    case "usdc":
      return { kind, to: text("to"), amount: microUsdc(whole("amount")) };
    case "gas":
      return { kind, to: text("to"), wei: whole("wei") };
    case "authorized": {
      const authorization = {
        from: text("from"),
        to: text("to"),
        amount: microUsdc(whole("amount")),
        validAfter: whole("validAfter"),
        validBefore: whole("validBefore"),
        nonce: text("nonce"),
        signature: text("signature"),
      };
      return { kind, authorization };
    }
    default:
      throw new Error(`A payment's instruction is of the unknown kind ${kind}.`);
  }
};

/** USDC an order moves when it succeeds. */
export const usdcOf = (order: PaymentOrder): MicroUsdc => {
  if (order.kind === "usdc") return order.amount;
  return order.kind === "authorized" ? order.authorization.amount : microUsdc(0n);
};
