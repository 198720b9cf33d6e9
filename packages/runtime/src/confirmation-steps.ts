import type { ConfirmationStep } from "@closebell/custody";
import { MAX_POOL, microUsdc } from "@closebell/money";

const blocksOf = (text: string): ConfirmationStep["blocks"] | undefined => {
  if (text === "final") return text;
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
};

const stepOf = (text: string, last: boolean): ConfirmationStep | undefined => {
  const [, below, how = ""] = /^(?:(\d{1,19}):)?(\w+)$/.exec(text) ?? [];
  const blocks = blocksOf(how);
  if (blocks === undefined || (below === undefined) !== last) return undefined;
  if (below === undefined) return { blocks };
  const limit = BigInt(below);
  return limit >= 1n && limit <= MAX_POOL ? { below: microUsdc(limit), blocks } : undefined;
};

/**
 * How sure a deposit has to be, by its amount: `100000000:3,1000000000:12,final` asks 3 blocks below 100 USDC, 12 below
 * 1,000, and the chain's own finality from there on. Amounts grow; the last step has none.
 * @returns undefined for what is not of this form
 */
export const parseConfirmations = (text: string): readonly ConfirmationStep[] | undefined => {
  const parts = text.split(",").map((part) => part.trim());
  const steps = parts.flatMap((part, n) => stepOf(part, n === parts.length - 1) ?? []);
  if (steps.length !== parts.length) return undefined;
  const limits = steps.flatMap(({ below }) => below ?? []);
  return limits.every((limit, n) => n === 0 || limit > (limits[n - 1] ?? 0n)) ? steps : undefined;
};
