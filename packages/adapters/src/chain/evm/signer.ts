import type { Address, Hex, TransactionSerializableEIP1559 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { TokenDomain } from "./token-domain.ts";

/** A permission in the token's own terms (EIP-3009). */
export interface AuthorizationMessage {
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly nonce: Hex;
}

/** Holds the key of one address: here, or behind a service that signs. What it signs is checked by whoever asked. */
export interface Signer {
  readonly address: Address;
  /** The signed transaction, ready to be handed in. The same for the same transaction. */
  signTransaction(transaction: TransactionSerializableEIP1559): Promise<Hex>;
  signAuthorization(domain: TokenDomain, message: AuthorizationMessage): Promise<Hex>;
}

export const AUTHORIZATION_TYPES = {
  TransferWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
} as const;

/** Signs with a private key in this process's memory. Throws for what is no key. */
export const localSigner = (key: Hex): Signer => {
  const account = privateKeyToAccount(key);
  return {
    address: account.address,
    signTransaction: (transaction) => account.signTransaction(transaction),
    signAuthorization: (domain, message) =>
      account.signTypedData({
        domain,
        types: AUTHORIZATION_TYPES,
        primaryType: "TransferWithAuthorization",
        message,
      }),
  };
};
