import { expect, test } from "bun:test";
import type { Taken } from "@closebell/custody";
import { refusalOf } from "../../testing/refusal-of.ts";
import { broadcastRaw } from "./broadcast-raw.ts";
import type { RpcNode } from "./rpc-node.ts";
import { RpcRefusal } from "./rpc-refusal.ts";

const refusing = (message: string, code = -32_000): RpcNode => ({
  name: "node",
  ask: () => Promise.reject(new RpcRefusal(code, message, undefined, "node")),
  suspect: () => undefined,
});

// as geth, erigon, reth, nethermind, besu and anvil say it
const WORDS: readonly (readonly [Taken["kind"], string])[] = [
  ["accepted", "already known"],
  ["accepted", "ALREADY_EXISTS: already known"],
  ["accepted", "AlreadyKnown"],
  ["accepted", "Known transaction"],
  ["accepted", "known transaction: 0x00"],
  ["accepted", "Transaction with the same hash was already imported."],
  ["accepted", "transaction already imported"],
  ["nonce-used", "nonce too low"],
  ["nonce-used", "nonce too low: next nonce 5, tx nonce 4"],
  ["nonce-used", "Nonce too low"],
  ["nonce-used", "OldNonce"],
  ["nonce-used", "transaction nonce is too low"],
  ["nonce-used", "Transaction nonce is too low. Try incrementing the nonce."],
  ["underpriced", "replacement transaction underpriced"],
  ["underpriced", "Replacement transaction underpriced"],
  ["underpriced", "ReplacementNotAllowed"],
  ["underpriced", "could not replace existing tx"],
  ["underpriced", "insufficient gas price to replace existing transaction"],
  ["refused", "transaction underpriced"],
  ["refused", "insufficient funds for gas * price + value: balance 0"],
  ["refused", "Upfront cost exceeds account balance"],
  ["refused", "max fee per gas less than block base fee"],
  ["refused", "intrinsic gas too low"],
  ["refused", "exceeds block gas limit"],
  ["refused", "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)"],
  ["refused", "nonce too high"],
  ["refused", "gapped-nonce tx from delegated accounts"],
];

test.each(WORDS)("%s is what a node means by: %s", async (kind, message) => {
  const taken = await broadcastRaw([refusing(message)], "0x");
  expect(taken.kind).toBe(kind);
  if (taken.kind === "refused") expect(taken.reason).toContain(message);
});

test.each([
  ["txpool is full", -32_000],
  ["transaction pool overflow", -32_000],
  ["request limit exceeded", -32_005],
  ["Internal error", -32_603],
  ["something went wrong", -32_603],
  ["the method eth_sendRawTransaction does not exist", -32_601],
  ["node is syncing", -32_000],
] as const)("says nothing about the bytes: %s", async (message, code) => {
  expect(await refusalOf(broadcastRaw([refusing(message, code)], "0x"))).toStartWith(
    "unavailable: ",
  );
});

test.each(["invalid chain id for signer: have 1 want 5", "InvalidChainId", "wrong chain id"])(
  "another chain: %s",
  async (message) => {
    expect(await refusalOf(broadcastRaw([refusing(message)], "0x"))).toStartWith("wrong-chain: ");
  },
);

test("a mined number weighs more than a low price, and an answer more than none", async () => {
  const [used, cheap, silent] = [
    "nonce too low",
    "replacement transaction underpriced",
    "txpool is full",
  ];
  const both = (a = "", b = "") => broadcastRaw([refusing(a), refusing(b)], "0x");
  expect(await both(cheap, used)).toEqual({ kind: "nonce-used" });
  expect(await both(silent, cheap)).toEqual({ kind: "underpriced" });
  expect(await both(used, silent)).toEqual({ kind: "nonce-used" });
});
