import type { Command } from "@commander-js/extra-typings";
import { type ChainStatus, chainStatus } from "@closebell/custody";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";
import { usdc } from "../../present/money.ts";
import { CHAIN, CHAIN_HELP, whichChain } from "./which-chain.ts";

const WEI_PER_COIN = 10n ** 18n;

/** Native coin for people: "1.250000". */
const coins = (wei: bigint): string =>
  `${wei / WEI_PER_COIN}.${((wei % WEI_PER_COIN) / 10n ** 12n).toString().padStart(6, "0")}`;

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ") || "none waits";

const switchLine = ({ pausedAt, pauseReason }: ChainStatus): string =>
  pausedAt === null ? "running" : `PAUSED since ${pausedAt}: ${pauseReason ?? "no reason given"}`;

const paymentLine = ({ oldestPayment }: ChainStatus): string | undefined =>
  oldestPayment === null
    ? undefined
    : `number ${oldestPayment.nonce}, ${oldestPayment.purpose}, ${oldestPayment.state} since ${oldestPayment.since}`;

const textOf = (status: ChainStatus): string => {
  const { hotWallet: hot, coldWallet: cold } = status;
  return facts([
    ["chain", `${status.chain}${status.simulated ? " (simulated: no money behind it)" : ""}`],
    ["newest block", `${status.latest.number} ${status.latest.hash}`],
    ["last final block", `${status.final.number} ${status.final.hash}`],
    ["read up to", status.cursor === null ? "nothing yet" : String(status.cursor.number)],
    ["blocks behind", String(status.blocksBehind)],
    [
      "hot wallet",
      `${hot.address}: ${usdc(hot.balanceMicroUsdc)} USDC, ${coins(hot.gasWei)} for fees`,
    ],
    [
      "cold wallet",
      cold === null ? "none" : `${cold.address}: ${usdc(cold.balanceMicroUsdc)} USDC`,
    ],
    ["deposits", counted(status.deposits)],
    ["withdrawals", counted(status.withdrawals)],
    ["payments", switchLine(status)],
    ["next number", String(status.nextNonce)],
    ["oldest payment", paymentLine(status)],
    ["keys", status.signs ? "this process can sign" : "none here: another process signs"],
  ]);
};

/** `chain status`: how the chain stands, and what waits there. */
export const addStatus = (chain: Command, cli: Cli): void => {
  chain
    .command("status")
    .description(
      "How far the chain is read, what the wallets hold, what waits, and whether payments are paused.",
    )
    .option(CHAIN, CHAIN_HELP)
    .action(({ chain: name }) =>
      cli.run(async ({ runtime }) => {
        const status = await chainStatus(runtime, { chain: whichChain(runtime.chains, name).name });
        return { json: status, text: textOf(status) };
      }),
    );
};
