import { ChainError, type ChainSender, type SignedTransaction } from "@closebell/custody";
import {
  type Address,
  getAddress,
  type Hex,
  keccak256,
  recoverTransactionAddress,
  recoverTypedDataAddress,
} from "viem";
import { encodeOrder } from "./encode-order.ts";
import { bytesSchema, hashSchema } from "./rpc-schemas.ts";
import { AUTHORIZATION_TYPES, type Signer } from "./signer.ts";
import type { TokenDomain } from "./token-domain.ts";

/** What a sender needs to know of its chain. */
export interface SenderTerms {
  readonly chainId: number;
  readonly usdc: Address;
  /** What authorizations are signed for; undefined where the token knows none. */
  readonly domain: () => Promise<TokenDomain | undefined>;
}

const judgeSigned = (by: Address, signer: Signer): void => {
  if (by === signer.address) return;
  throw new ChainError("inconsistent", `The signer of ${signer.address} signed with another key.`);
};

const signedAs = async (raw: Hex, signer: Signer): Promise<SignedTransaction> => {
  if (!raw.startsWith("0x02")) {
    throw new ChainError(
      "inconsistent",
      `The signer of ${signer.address} signed another kind of transaction.`,
    );
  }
  const by = await recoverTransactionAddress({ serializedTransaction: `0x02${raw.slice(4)}` });
  judgeSigned(by, signer);
  return { raw, hash: keccak256(raw) };
};

/** Signs custody's orders with `signer`, and looks at what it signed. */
export const evmSender = (signer: Signer, { chainId, usdc, domain }: SenderTerms): ChainSender => ({
  address: signer.address,
  async sign({ order, nonce, gas, fees }) {
    const raw = await signer.signTransaction({
      type: "eip1559",
      chainId,
      nonce,
      gas,
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
      ...encodeOrder(order, signer.address, usdc),
    });
    return await signedAs(bytesSchema.parse(raw), signer);
  },
  async authorize(what) {
    const bound = await domain();
    if (bound === undefined) {
      throw new Error("The token takes no authorizations (EIP-3009): pay from the address itself.");
    }
    const message = {
      from: signer.address,
      to: getAddress(what.to),
      value: what.amount,
      validAfter: what.validAfter,
      validBefore: what.validBefore,
      nonce: hashSchema.parse(what.nonce),
    };
    const signature = await signer.signAuthorization(bound, message);
    const primaryType = "TransferWithAuthorization";
    const by = await recoverTypedDataAddress({
      domain: bound,
      types: AUTHORIZATION_TYPES,
      primaryType,
      message,
      signature,
    });
    judgeSigned(by, signer);
    return { ...what, from: signer.address, signature };
  },
});
