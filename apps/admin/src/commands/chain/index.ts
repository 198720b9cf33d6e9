import type { AddCommand } from "../../program.ts";
import { addDeposits } from "./deposits.ts";
import { addDrawings } from "./drawings.ts";
import { addKeys } from "./keys.ts";
import { addReserves } from "./reserves.ts";
import { addScan } from "./scan.ts";
import { addStatus } from "./status.ts";
import { addSweep } from "./sweep.ts";
import { addSwitch } from "./switch.ts";
import { addWithdrawals } from "./withdrawals.ts";

/** `chain`: what an operator sees and does of it. */
export const chainCommand: AddCommand = (program, cli) => {
  const chain = program
    .command("chain")
    .summary("the chain: its state, deposits, withdrawals, drawings, sweep, reserves")
    .description(
      "Where USDC comes in and goes out, and whether the chain holds what the books say.",
    );
  for (const add of [
    addStatus,
    addReserves,
    addScan,
    addDeposits,
    addWithdrawals,
    addDrawings,
    addSwitch,
    addSweep,
    addKeys,
  ])
    add(chain, cli);
};
