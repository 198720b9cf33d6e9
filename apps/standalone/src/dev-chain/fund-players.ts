import { type By, SYSTEM_ACTORS } from "@closebell/context";
import { ensureWallet, listDeposits } from "@closebell/custody";
import { createApiKey, createUser } from "@closebell/identity";
import { parseUsdc } from "@closebell/money";
import type { Runtime } from "@closebell/runtime";
import type { DevChain } from "./open-dev-chain.ts";

/** A user with money that came in on the chain. */
export interface Player {
  readonly userId: string;
  readonly address: string;
  readonly tx: string;
  readonly apiKey: string;
}

const CREDITED_WITHIN_MS = 60_000;

const isCredited = async (runtime: Runtime, userId: string): Promise<boolean> => {
  const { items } = await listDeposits(runtime, { userId, limit: 10 });
  return items.some(({ state }) => state === "CREDITED");
};

/** Makes users who have paid 100 USDC in, each by a transaction of the chain. @throws Error where it is not credited */
export const fundPlayers = async (
  runtime: Runtime,
  { token, config }: DevChain,
  handles: readonly string[],
): Promise<readonly Player[]> => {
  const by: By = { actor: SYSTEM_ACTORS.anonymous, requestId: runtime.ids.uuid() };
  const players: Player[] = [];
  const chain = config.chain.kind === "evm" ? config.chain.name : "";
  for (const handle of handles) {
    const { id: userId, kind } = await createUser(runtime, { by, handle });
    const { address } = await ensureWallet(runtime, { by, userId, chain });
    const tx = await token.transfer(address, parseUsdc("100"));
    const own = { ...by, actor: { kind, id: userId, name: handle } };
    const { key: apiKey } = await createApiKey(runtime, { by: own, name: "guide" });
    players.push({ userId, address, tx, apiKey });
  }
  for (const until = performance.now() + CREDITED_WITHIN_MS; performance.now() < until;) {
    const credited = await Promise.all(players.map(({ userId }) => isCredited(runtime, userId)));
    if (credited.every(Boolean)) return players;
    await Bun.sleep(100);
  }
  throw new Error("The deposits on the development chain were not credited within a minute.");
};
