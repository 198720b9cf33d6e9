import { ChainError, type Taken } from "@closebell/custody";
import type { Nodes } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";
import { RpcRefusal } from "./rpc-refusal.ts";
import { hashSchema } from "./rpc-schemas.ts";

// the words of geth, erigon, reth, nethermind, besu and anvil, in the order in which they are to be tried
const WORDS: readonly (readonly [RegExp, Taken["kind"] | "wrong-chain" | "unknown"])[] = [
  [
    /already (known|imported|in mempool|exists)|known transaction|AlreadyKnown|duplicate transaction/i,
    "accepted",
  ],
  [/nonce (is )?too low|OldNonce|nonce.*(already|below|lower)/i, "nonce-used"],
  [/replacement|(could not|to) replace|ReplacementNotAllowed/i, "underpriced"],
  [/chain ?id/i, "wrong-chain"],
  [
    /(pool|mempool) (is )?full|overflow|limit exceeded|rate limit|too many|internal error|timeout|syncing/i,
    "unknown",
  ],
];
/** JSON-RPC codes of a node that did not look at the bytes: parse error … internal error, limits, an unknown method. */
const NOT_JUDGED = [-32_700, -32_600, -32_601, -32_603, -32_005, -32_007, 429];

/** What a node's refusal means. Throws where it says nothing about the bytes. */
const meaningOf = (refusal: RpcRefusal): Taken => {
  const kind = WORDS.find(([words]) => words.test(refusal.message))?.[1];
  if (kind === "wrong-chain") throw new ChainError("wrong-chain", refusal.message);
  if (kind === "unknown") throw refusal;
  if (kind !== undefined && kind !== "refused") return { kind };
  if (NOT_JUDGED.includes(refusal.code)) throw refusal;
  return { kind: "refused", reason: refusal.message };
};

const handIn = async (node: RpcNode, raw: string): Promise<Taken> => {
  try {
    await node.ask("eth_sendRawTransaction", [raw], hashSchema);
    return { kind: "accepted" };
  } catch (error) {
    if (error instanceof RpcRefusal) return meaningOf(error);
    throw error;
  }
};

/** What one node knows best is what counts: one that has the bytes, then one that mined the number. */
const BEST: readonly Taken["kind"][] = ["accepted", "nonce-used", "underpriced", "refused"];

/** Hands signed bytes to every node; the network needs one that takes them. Rejects where none said anything about them. */
export const broadcastRaw = async (nodes: Nodes, raw: string): Promise<Taken> => {
  const told = await Promise.allSettled(nodes.map((node) => handIn(node, raw)));
  const answers = told.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const best = answers.toSorted((a, b) => BEST.indexOf(a.kind) - BEST.indexOf(b.kind)).at(0);
  if (best !== undefined) return best;
  const failed = told.find((each) => each.status === "rejected");
  throw failed?.reason ?? new ChainError("unavailable", "No RPC node answered.");
};
