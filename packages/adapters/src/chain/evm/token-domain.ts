import { ChainError } from "@closebell/custody";
import {
  type Address,
  decodeFunctionResult,
  domainSeparator,
  encodeFunctionData,
  type Hex,
  numberToHex,
  parseAbi,
  zeroAddress,
  zeroHash,
} from "viem";
import { agreed, type Nodes } from "./nodes.ts";
import type { Ask, RpcNode } from "./rpc-node.ts";
import { wouldUndo } from "./rpc-refusal.ts";
import { bytesSchema, quantitySchema } from "./rpc-schemas.ts";

const TOKEN = parseAbi([
  "function decimals() view returns (uint8)",
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function authorizationState(address authorizer, bytes32 nonce) view returns (bool)",
]);

const USDC_DECIMALS = 6;

/** What a signature for the token is bound to (EIP-712). */
export interface TokenDomain {
  readonly name: string;
  readonly version: string;
  readonly chainId: number;
  readonly verifyingContract: Address;
}

/** Rejects where the node is on another chain, or has no token of six decimals at the address. */
export const judgeChain = async (
  ask: Ask,
  {
    chainId,
    usdc,
    name,
  }: { readonly chainId: number; readonly usdc: Address; readonly name: string },
): Promise<void> => {
  const told = await ask("eth_chainId", [], quantitySchema);
  if (told !== BigInt(chainId)) {
    throw new ChainError(
      "wrong-chain",
      `${name} is on chain ${told}, not ${chainId} (EVM_CHAIN_ID).`,
    );
  }
  const data = encodeFunctionData({ abi: TOKEN, functionName: "decimals" });
  const answer = await ask("eth_call", [{ to: usdc, data }, "latest"], bytesSchema);
  // an address without a contract answers with nothing
  const decimals = answer === "0x" ? undefined : BigInt(answer);
  if (decimals === BigInt(USDC_DECIMALS)) return;
  const what = decimals === undefined ? "no contract" : `a token of ${decimals} decimals`;
  throw new ChainError(
    "wrong-chain",
    `${name} has ${what} at EVM_USDC_ADDRESS; USDC has six decimals.`,
  );
};

const readDomain = async (node: RpcNode, chainId: number, usdc: Address) => {
  const read = (data: Hex) => node.ask("eth_call", [{ to: usdc, data }, "latest"], bytesSchema);
  const text = async (functionName: "name" | "version") => {
    const data = await read(encodeFunctionData({ abi: TOKEN, functionName }));
    return decodeFunctionResult({ abi: TOKEN, functionName, data });
  };
  const args = [zeroAddress, zeroHash] as const;
  const state = await read(
    encodeFunctionData({ abi: TOKEN, functionName: "authorizationState", args }),
  );
  const separator = await read(
    encodeFunctionData({ abi: TOKEN, functionName: "DOMAIN_SEPARATOR" }),
  );
  const domain: TokenDomain = {
    name: await text("name"),
    version: await text("version"),
    chainId,
    verifyingContract: usdc,
  };
  const expected = domainSeparator({ domain });
  return state === numberToHex(0, { size: 32 }) && separator === expected ? domain : undefined;
};

/**
 * What the token's holders sign authorizations for; undefined where it knows none (EIP-3009), or binds them to something
 * else than the usual domain, as some bridged ones do.
 */
export const readTokenDomain = (
  nodes: Nodes,
  chainId: number,
  usdc: Address,
): Promise<TokenDomain | undefined> =>
  agreed(nodes, "the token's authorizations", async (node) => {
    try {
      return await readDomain(node, chainId, usdc);
    } catch (error) {
      // a token without these functions undoes the call, or answers with what can't be read
      if (error instanceof ChainError && !wouldUndo(error)) throw error;
      return undefined;
    }
  });
