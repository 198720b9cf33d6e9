import { decodeFunctionData, encodeFunctionResult, type Hex, numberToHex, parseAbi } from "viem";
import { z } from "zod";

/** One answer of a feed's aggregator, as people write it. */
export interface WrittenRound {
  /** In units of the feed's last decimal. */
  readonly answer: bigint;
  readonly updatedAt: string;
  /** Carried over from the round before it. */
  readonly carried?: boolean;
}

/** A feed behind a proxy: rounds 1, 2, … of each phase, from the first phase on. */
export interface WrittenFeed {
  readonly address: Hex;
  readonly decimals: number;
  readonly description: string;
  readonly phases: readonly (readonly (WrittenRound | undefined)[])[];
  /** What it does when asked for a round it does not have: refuses ("No data present"), or answers nought. */
  readonly missing: "reverts" | "nought";
}

/** What goes wrong with one request. */
export type NodeFault =
  | { readonly kind: "status"; readonly status: number; readonly body?: string }
  | { readonly kind: "silent" }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  | { readonly kind: "html" };

export interface FeedServer extends AsyncDisposable {
  readonly url: string;
  /** Methods asked for, in turn. */
  readonly asked: string[];
  /** Rounds asked for by id. */
  readonly rounds: bigint[];
  feed: WrittenFeed;
  /** Time of the last block that is final, and of the latest. */
  readonly heads: { finalized: string; latest: string };
  fault: NodeFault | undefined;
}

const ABI = parseAbi([
  "function decimals() view returns (uint8)",
  "function description() view returns (string)",
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
  "function getRoundData(uint80 _roundId) view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
]);

const CHAIN_ID = 31_337;
const FINAL_BLOCK = 1_000n;
/** Error(string) of "No data present". */
const NO_DATA =
  "0x08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000f4e6f20646174612070726573656e740000000000000000000000000000000000";

const call = z.object({
  id: z.number(),
  method: z.string(),
  params: z.array(z.unknown()),
});

const target = z.object({ to: z.string(), data: z.templateLiteral(["0x", z.string()]) });

const secondsOf = (text: string): bigint =>
  BigInt(Temporal.Instant.from(text).epochMilliseconds) / 1000n;

class Refusal extends Error {
  readonly code: number;
  readonly data: string | undefined;

  constructor(code: number, message: string, data?: string) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

type RoundData = readonly [bigint, bigint, bigint, bigint, bigint];

const idOf = (phase: number, number: number): bigint => (BigInt(phase) << 64n) | BigInt(number);

const dataOf = (feed: WrittenFeed, id: bigint): RoundData => {
  const number = Number(BigInt.asUintN(64, id));
  const round = feed.phases[Number(id >> 64n) - 1]?.[number - 1];
  if (round !== undefined) {
    const time = secondsOf(round.updatedAt);
    return [id, round.answer, time, time, round.carried === true ? id - 1n : id];
  }
  if (feed.missing === "nought") return [id, 0n, 0n, 0n, id];
  throw new Refusal(3, "execution reverted: No data present", NO_DATA);
};

const latestOf = (feed: WrittenFeed): RoundData => {
  const phase = feed.phases.length;
  return dataOf(feed, idOf(phase, feed.phases[phase - 1]?.length ?? 0));
};

const callFeed = (server: FeedServer, to: string, data: Hex): Hex => {
  const { feed } = server;
  if (to.toLowerCase() !== feed.address.toLowerCase()) return "0x";
  const { functionName, args } = decodeFunctionData({ abi: ABI, data });
  switch (functionName) {
    case "decimals":
      return encodeFunctionResult({ abi: ABI, functionName, result: feed.decimals });
    case "description":
      return encodeFunctionResult({ abi: ABI, functionName, result: feed.description });
    case "latestRoundData":
      return encodeFunctionResult({ abi: ABI, functionName, result: latestOf(feed) });
    case "getRoundData":
      server.rounds.push(args[0]);
      return encodeFunctionResult({ abi: ABI, functionName, result: dataOf(feed, args[0]) });
  }
};

const block = (number: bigint, time: string) => ({
  number: numberToHex(number),
  hash: `0x${"1".repeat(64)}`,
  timestamp: numberToHex(secondsOf(time)),
  transactions: [],
});

const perform = (server: FeedServer, method: string, params: readonly unknown[]): unknown => {
  switch (method) {
    case "eth_chainId":
      return numberToHex(CHAIN_ID);
    case "eth_getBlockByNumber":
      return params[0] === "latest"
        ? block(FINAL_BLOCK + 64n, server.heads.latest)
        : block(FINAL_BLOCK, server.heads.finalized);
    case "eth_call": {
      const { to, data } = target.parse(params[0]);
      return callFeed(server, to, data);
    }
    default:
      throw new Refusal(-32_601, `the method ${method} does not exist`);
  }
};

const misanswer = async (fault: NodeFault, id: number, ended: AbortSignal): Promise<Response> => {
  switch (fault.kind) {
    case "silent":
      await new Promise((resolve) => ended.addEventListener("abort", resolve, { once: true }));
      return new Response("", { status: 503 });
    case "status":
      return new Response(fault.body ?? "<html></html>", { status: fault.status });
    case "html":
      return new Response("<html></html>", { headers: { "content-type": "text/html" } });
    case "error": {
      const { code, message } = fault;
      return Response.json({ jsonrpc: "2.0", id, error: { code, message } });
    }
  }
};

/** A node on the loopback interface, of a chain that has one Chainlink feed. */
export const startFeedServer = (feed: WrittenFeed, heads: FeedServer["heads"]): FeedServer => {
  const stopping = new AbortController();
  const answer = async (request: Request): Promise<Response> => {
    const { id, method, params } = call.parse(await request.json());
    state.asked.push(method);
    const ended = AbortSignal.any([request.signal, stopping.signal]);
    if (state.fault !== undefined) return await misanswer(state.fault, id, ended);
    try {
      return Response.json({ jsonrpc: "2.0", id, result: perform(state, method, params) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message, data } = error;
      return Response.json({ jsonrpc: "2.0", id, error: { code, message, data } });
    }
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    development: false,
    fetch: answer,
  });
  const state: FeedServer = {
    url: `http://127.0.0.1:${server.port}/v2/canary-rpc-key-51f0`,
    asked: [],
    rounds: [],
    feed,
    heads,
    fault: undefined,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.stop(true);
    },
  };
  return state;
};
