import { currentRounds } from "@closebell/rounds";
import type { Runtime } from "@closebell/runtime";
import type { Player } from "./fund-players.ts";
import type { DevChain } from "./open-dev-chain.ts";

export interface GuideParts {
  readonly runtime: Runtime;
  readonly chain: DevChain;
  readonly url: string;
  readonly ann: Player;
  readonly bob: Player;
  /** Of whoever may move the clock. */
  readonly operatorKey: string;
}

const JSON_TYPE = "-H 'Content-Type: application/json'";

const word = (value: string | bigint): string =>
  (typeof value === "bigint" ? value.toString(16) : value.slice(2).toLowerCase()).padStart(64, "0");

/** Calls of the token by its public interface: `transfer(address,uint256)`, `balanceOf(address)`. */
const transferData = (to: string, amount: bigint): string => `0xa9059cbb${word(to)}${word(amount)}`;
const balanceData = (of: string): string => `0x70a08231${word(of)}`;

const rpc = (url: string, method: string, params: readonly unknown[]): string =>
  `curl -s ${url} ${JSON_TYPE} -d '${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })}'`;

/** Requests to the API of whoever has this key. */
const asking = (apiKey: string) => {
  const curl = (url: string) => `curl -s ${url} -H 'Authorization: Bearer ${apiKey}'`;
  return {
    get: curl,
    post: (url: string, body: unknown, once?: string): string => {
      const keyed = once === undefined ? "" : ` -H 'Idempotency-Key: ${once}'`;
      return `${curl(url)} ${JSON_TYPE}${keyed} -d '${JSON.stringify(body)}'`;
    },
  };
};

type Step = readonly [title: string, ...commands: readonly string[]];

const money = (parts: GuideParts): readonly Step[] => {
  const { chain, url, ann, bob } = parts;
  const { anvil, token, outsider } = chain;
  const transfer = {
    from: anvil.owner,
    to: token.address,
    data: transferData(ann.address, 50_000_000n),
  };
  const bet = ({ apiKey }: Player, side: string, stakeMicroUsdc: string) =>
    asking(apiKey).post(`${url}/bets`, { side, stakeMicroUsdc }, `${side}-1`);
  const asAnn = asking(ann.apiKey);
  return [
    [
      "Pay 50 USDC more to ann's address, in a transaction of the chain",
      rpc(anvil.url, "eth_sendTransaction", [transfer]),
    ],
    [
      "Watch it, again and again: SEEN in a block, and CREDITED some five seconds later, when that block is final; then ann has 150 USDC",
      asAnn.get(`${url}/users/${ann.userId}/deposits`),
      asAnn.get(`${url}/users/${ann.userId}/balance`),
    ],
    [
      "ann bets 25 USDC on UP, bob 10 on DOWN",
      bet(ann, "UP", "25000000"),
      bet(bob, "DOWN", "10000000"),
    ],
    [
      "Say where ann may be paid; here an address waits an hour (24 in production)",
      asAnn.post(`${url}/users/${ann.userId}/payout-addresses`, { address: outsider }),
    ],
  ];
};

const ending = (parts: GuideParts, settlesFrom: string, code: string): readonly Step[] => {
  const { chain, url, ann } = parts;
  const { anvil, token, outsider, admin } = chain;
  const asAnn = asking(ann.apiKey);
  const withdrawal = { amountMicroUsdc: "30000000", to: outsider };
  const call = { to: token.address, data: balanceData(outsider) };
  return [
    [
      `Move the clock past the close: round ${code} locks, and is SETTLED a second or two later (prices are made up)`,
      asking(parts.operatorKey).post(`${url}/simulate/clock`, { to: settlesFrom }),
      `curl -s ${url}/rounds/${code}`,
    ],
    [
      "See what she has now, if she won or not, and take 30 USDC out",
      asAnn.get(`${url}/users/${ann.userId}/balance`),
      asAnn.post(`${url}/withdrawals`, withdrawal, "out-1"),
    ],
    [
      "Watch it: REQUESTED, SIGNED, BROADCAST, MINED, and CONFIRMED within some ten seconds, when its block is final",
      asAnn.get(`${url}/users/${ann.userId}/withdrawals`),
    ],
    [
      "What the payee holds, by the chain itself (hexadecimal micro-USDC: 0x1c9c380 is 30 USDC)",
      rpc(anvil.url, "eth_call", [call, "latest"]),
    ],
    ["Does the chain hold what the books say, item by item?", `${admin} chain reserves`],
  ];
};

/** What a newcomer can do, step by step, each a line to paste. */
export const guide = async (parts: GuideParts): Promise<string> => {
  const { open } = await currentRounds(parts.runtime, {});
  if (open === null) throw new Error("No round takes bets.");
  const steps = [...money(parts), ...ending(parts, open.settlesFrom.toString(), open.code)];
  const { ann, bob, chain } = parts;
  const text = steps.map(([title, ...commands], n) =>
    [`${n + 1}. ${title}`, ...commands.map((command) => `   ${command}`)].join("\n"),
  );
  return [
    `A development chain runs beside it, at ${chain.anvil.url}. Its money and its keys are worth nothing.`,
    `ann (${ann.userId}) was funded on it with 100 USDC, at her address ${ann.address}`,
    `by the transaction ${ann.tx}; bob (${bob.userId}) was as well. Paste each step into`,
    "another terminal, in the repository's folder; a line may be pasted again to see how things go on:\n",
    text.join("\n\n"),
    "\nEverything is gone when it stops.\n",
  ].join("\n");
};
