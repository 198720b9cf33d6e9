import { microUsdc } from "@closebell/money";
import type { ChainSender, PaymentOrder, UnsignedTransaction } from "../chain-sender.ts";
import { hexOf, signatureOf, type OwnTransaction } from "./scripted-blocks.ts";

/** What the bytes of a scripted transaction say. */
interface Written {
  readonly from: string;
  readonly nonce: number;
  readonly gas: string;
  readonly maxFeePerGas: string;
  readonly maxPriorityFeePerGas: string;
  readonly order: Record<string, string>;
}

const textOf = (value: bigint | string): string => String(value);

const written = (order: PaymentOrder): Record<string, string> => {
  const fields = order.kind === "authorized" ? order.authorization : order;
  return {
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)])),
    kind: order.kind,
  };
};

const orderOf = (fields: Record<string, string>): PaymentOrder => {
  const text = (name: string): string => fields[name] ?? "";
  const amount = () => microUsdc(BigInt(text("amount")));
  switch (text("kind")) {
    case "usdc":
      return { kind: "usdc", to: text("to"), amount: amount() };
    case "gas":
      return { kind: "gas", to: text("to"), wei: BigInt(text("wei")) };
    case "authorized": {
      const { from, to, nonce, signature } = {
        from: text("from"),
        to: text("to"),
        nonce: text("nonce"),
        signature: text("signature"),
      };
      const validAfter = BigInt(text("validAfter"));
      const validBefore = BigInt(text("validBefore"));
      const authorization = {
        from,
        to,
        amount: amount(),
        validAfter,
        validBefore,
        nonce,
        signature,
      };
      return { kind: "authorized", authorization };
    }
    default:
      return { kind: "nothing" };
  }
};

const isWritten = (value: unknown): value is Written =>
  typeof value === "object" && value !== null && "order" in value && "nonce" in value;

/** The transaction that signed bytes are; undefined where they are none. */
export const readRaw = (raw: string): OwnTransaction | undefined => {
  const value: unknown = JSON.parse(raw);
  if (!isWritten(value)) return undefined;
  return {
    kind: "own",
    hash: `0x${hexOf(raw)}`,
    raw,
    from: value.from,
    nonce: value.nonce,
    gas: BigInt(value.gas),
    fees: {
      maxFeePerGas: BigInt(value.maxFeePerGas),
      maxPriorityFeePerGas: BigInt(value.maxPriorityFeePerGas),
    },
    order: orderOf(value.order),
  };
};

/** Holds an address's key, which is nothing here: the same transaction always has the same bytes. */
export const scriptedSender = (address: string): ChainSender => ({
  address,
  async sign({ order, nonce, gas, fees }: UnsignedTransaction) {
    const text: Written = {
      from: address,
      nonce,
      gas: textOf(gas),
      maxFeePerGas: textOf(fees.maxFeePerGas),
      maxPriorityFeePerGas: textOf(fees.maxPriorityFeePerGas),
      order: written(order),
    };
    const raw = JSON.stringify(text);
    return await Promise.resolve({ hash: `0x${hexOf(raw)}`, raw });
  },
  authorize: (what) =>
    Promise.resolve({
      ...what,
      from: address,
      signature: signatureOf({ ...what, from: address }),
    }),
});
