import { ChainError } from "@closebell/custody";

// geth, erigon, nethermind, besu, reth and anvil each have words of their own for a block they don't have
const NOT_THERE =
  /(header|block|state|resource)s? (is )?not (found|available)|unknown block|missing trie node|not currently canonical|BlockOutOfRange|block (number )?out of range|cannot query unfinalized|pruned/i;

/** JSON-RPC code of an execution that was undone (Ethereum's execution APIs). */
const REVERTED = 3;
const UNDONE =
  /revert|insufficient (funds|balance)|gas required exceeds|out of gas|invalid opcode|VM execution error|always failing/i;

/** A node that answered, and said no (JSON-RPC error object). */
export class RpcRefusal extends ChainError {
  readonly code: number;
  /** What came with it, in hex: the reason of a revert. */
  readonly data: string | undefined;

  constructor(code: number, message: string, data: string | undefined, who: string) {
    super(NOT_THERE.test(message) ? "behind" : "unavailable", `${who}: ${message} (${code})`);
    this.name = "RpcRefusal";
    this.code = code;
    this.data = data;
  }
}

/** Whether the node carried something out and the chain would undo it; else it says nothing about what was asked. */
export const wouldUndo = (error: unknown): error is RpcRefusal =>
  error instanceof RpcRefusal && (error.code === REVERTED || UNDONE.test(error.message));
