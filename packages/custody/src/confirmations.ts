import type { MicroUsdc } from "@closebell/money";
import type { ConfirmationStep } from "./custody-policy.ts";

/** How deep a transfer lies. */
export interface Depth {
  /** Its block and those on top of it. */
  readonly blocks: bigint;
  /** Whether the chain promises that it stays. */
  readonly final: boolean;
}

/** Whether a transfer of an amount lies deep enough to be credited. */
export const isConfirmed = (
  steps: readonly ConfirmationStep[],
  amount: MicroUsdc,
  depth: Depth,
): boolean => {
  if (depth.final) return true;
  const step = steps.find(({ below }) => below === undefined || amount < below);
  return step !== undefined && step.blocks !== "final" && depth.blocks >= BigInt(step.blocks);
};
