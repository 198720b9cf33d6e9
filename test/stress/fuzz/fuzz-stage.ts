import { randomUUID } from "node:crypto";
import { type ApiHarness, apiHarness } from "../../../apps/api/src/testing/api-harness.ts";
import { type Role, ROLES } from "../../../packages/identity/src/index.ts";
import { playerWith, staffWith } from "../../../packages/identity/src/testing/index.ts";
import type { How } from "./schema-arbitrary.ts";

export const ASKERS = ["nobody", ...ROLES] as const;
export type Asker = (typeof ASKERS)[number];

/** The API with something in it to ask for. */
export interface FuzzStage extends AsyncDisposable {
  readonly h: ApiHarness;
  /** What is known of the fields of a route. */
  wordsOf(path: string): How["words"];
  credentialOf(asker: Asker): string | null;
}

const ADDRESS = `0x${"e".repeat(40)}`;

/** A round with a bet, and a player with a deposit, a withdrawal, a wallet, a payout address and a key. */
const furnish = async (h: ApiHarness) => {
  await h.moveTo("2026-11-20T15:00:00Z");
  await h.moveTo("2026-11-20T22:00:00Z");
  const { principal, apiKey } = await playerWith(h.rounds.deps);
  const me = principal.actor.id;
  const other = await h.player("1000000");
  const ask = h.asUser(me);
  const key = () => ({ "Idempotency-Key": randomUUID() });
  await h.ask("POST", "/simulate/deposit_webhook", {
    json: { userId: me, amountMicroUsdc: "1000000000", tx: "furniture" },
  });
  const bet = { side: "UP", stakeMicroUsdc: "1000000" };
  const placed = await ask("POST", "/bets", { json: bet, headers: key() });
  const out = { amountMicroUsdc: "1000000", to: ADDRESS };
  const withdrawn = await ask("POST", "/withdrawals", { json: out, headers: key() });
  await ask("POST", "/wallets", { json: {} });
  await ask("POST", `/users/${me}/payout-addresses`, { json: { address: ADDRESS } });
  return {
    me,
    other,
    apiKeyId: principal.credential.id,
    apiKey,
    betId: placed.at("id") ?? "",
    withdrawalId: withdrawn.at("id") ?? "",
  };
};

const ROUNDS = ["20261123", "20261120", "20261124", "20261126"];

/** What a path means by `code`. */
const codesOf = (path: string): readonly string[] => {
  if (path.startsWith("/rounds/")) return ROUNDS;
  return path.startsWith("/markets/") ? ["NDX"] : [];
};

/** Opens the stage; dispose it with `await using`. */
export const fuzzStage = async (): Promise<FuzzStage> => {
  const h = await apiHarness();
  const there = await furnish(h);
  const known: Readonly<Record<string, readonly unknown[]>> = {
    userId: [there.me, there.me, there.other, randomUUID()],
    betId: [there.betId, randomUUID()],
    withdrawalId: [there.withdrawalId, randomUUID()],
    apiKeyId: [there.apiKeyId, randomUUID()],
    roundCode: ROUNDS,
    market: ["NDX"],
    password: ["correct horse battery"],
    chainId: [1, 31_337],
    chain: ["scripted"],
    exchange: ["NASDAQ"],
    address: [ADDRESS],
    to: [ADDRESS, "2026-11-25T12:00:00Z"],
    amountMicroUsdc: ["1", 2, "1000000"],
    stakeMicroUsdc: ["1", 2, "1000000"],
    from: ["2026-11-20"],
    date: ["2026-11-20", "2026-11-23"],
  };
  const ids = new Map<Asker, string>([["player", there.me]]);
  const roles: readonly Exclude<Role, "player">[] = ["support", "operator", "treasurer", "admin"];
  for (const role of roles)
    ids.set(role, (await staffWith(h.rounds.deps, [role])).principal.actor.id);
  return {
    h,
    wordsOf(path) {
      const here: typeof known = {
        ...known,
        code: codesOf(path),
        // a mailbox takes few letters
        email: [`fuzz${path.replaceAll("/", "-")}@example.com`],
      };
      return (name) => here[name] ?? [];
    },
    credentialOf(asker) {
      const userId = ids.get(asker);
      if (asker === "nobody" || userId === undefined) return null;
      return h.credentials.issue({ roles: [asker], userId });
    },
    [Symbol.asyncDispose]: () => h[Symbol.asyncDispose](),
  };
};
