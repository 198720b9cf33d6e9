import { transact } from "@closebell/database";
import type { ChainPass } from "./chain-pass.ts";
import type { Payment } from "./payment.ts";
import { walletIndex } from "./wallet-index.ts";

/** Whether gas goes to a deposit address of ours, by the keys and not by the table alone. */
const isDepositAddress = async ({ chain, deps }: ChainPass, address: string): Promise<boolean> => {
  const index = await transact(deps, (work) => walletIndex(work.tx, chain.name, address));
  return index !== undefined && chain.addressAt(index) === address;
};

/**
 * Whether a payment does what somebody here would have ordered. What pays a withdrawal the database holds to the address that
 * was checked; all else stays within the house, and whose wallets those are is known to whoever has the keys, by its own
 * configuration, and to nobody who only has the database.
 */
export const isOwnOrder = async (
  pass: ChainPass,
  { purpose, order }: Payment,
): Promise<boolean> => {
  const { hotWallet, coldWallet } = pass.chain;
  switch (order.kind) {
    case "nothing":
      return true;
    case "gas":
      return isDepositAddress(pass, order.to);
    case "authorized":
      return [hotWallet, coldWallet].includes(order.authorization.to);
    case "usdc":
      if (purpose === "withdrawal") return true;
      return [hotWallet, coldWallet].includes(order.to);
  }
};
