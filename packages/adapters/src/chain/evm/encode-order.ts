import type { PaymentOrder } from "@closebell/custody";
import {
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  parseAbi,
  parseSignature,
} from "viem";
import { bytesSchema } from "./rpc-schemas.ts";

// the overload with v, r, s stands in every version of the token that knows authorizations
const TOKEN = parseAbi([
  "function transfer(address to, uint256 value) returns (bool)",
  "function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s)",
]);

/** What a transaction says, whoever sends it. */
export interface EncodedOrder {
  readonly to: Address;
  readonly value: bigint;
  readonly data: Hex;
}

const authorized = (order: Extract<PaymentOrder, { kind: "authorized" }>): Hex => {
  const { from, to, amount, validAfter, validBefore, nonce, signature } = order.authorization;
  const { r, s, yParity } = parseSignature(bytesSchema.parse(signature));
  return encodeFunctionData({
    abi: TOKEN,
    functionName: "transferWithAuthorization",
    args: [
      getAddress(from),
      getAddress(to),
      amount,
      validAfter,
      validBefore,
      bytesSchema.parse(nonce),
      27 + yParity,
      r,
      s,
    ],
  });
};

/** The transaction that carries `order` out, from `sender`. */
export const encodeOrder = (order: PaymentOrder, sender: Address, usdc: Address): EncodedOrder => {
  switch (order.kind) {
    case "usdc": {
      const args = [getAddress(order.to), order.amount] as const;
      const data = encodeFunctionData({ abi: TOKEN, functionName: "transfer", args });
      return { to: usdc, value: 0n, data };
    }
    case "authorized":
      return { to: usdc, value: 0n, data: authorized(order) };
    case "gas":
      return { to: getAddress(order.to), value: order.wei, data: "0x" };
    case "nothing":
      return { to: sender, value: 0n, data: "0x" };
  }
};
