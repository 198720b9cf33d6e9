import type { ChainPass } from "./chain-pass.ts";
import type { Fees } from "./chain-sender.ts";

const GWEI = 1_000_000_000n;

const gwei = (wei: bigint): string => {
  const fraction = (wei % GWEI).toString().padStart(9, "0").replace(/0+$/, "");
  return `${wei / GWEI}${fraction === "" ? "" : `.${fraction}`} gwei`;
};

/** For whoever waits until gas is cheaper. */
export const tooDear = (asked: bigint, limit: bigint): string =>
  `a unit of gas costs ${gwei(asked)}, more than the ${gwei(limit)} that are allowed`;

/** What a transaction costs now a unit of gas, or why that is too much. */
export const affordableFees = async ({ chain, deps }: ChainPass): Promise<Fees | string> => {
  const fees = await chain.fees();
  const limit = deps.policy.maxFeePerGas;
  return fees.maxFeePerGas > limit ? tooDear(fees.maxFeePerGas, limit) : fees;
};

/** Why nothing new is signed at this price; undefined where it is. */
export const priceProblem = async (pass: ChainPass): Promise<string | undefined> => {
  const fees = await affordableFees(pass);
  return typeof fees === "string" ? fees : undefined;
};
