import { OracleError } from "@closebell/rounds";
import {
  AbiDecodingZeroDataError,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  createPublicClient,
  custom,
  ExecutionRevertedError,
  parseAbi,
  type PublicClient,
  RpcRequestError,
} from "viem";
import { z } from "zod";
import { type Answer, type Asker, excerptOf } from "../http/asker.ts";
import type { FeedReader, FeedRound } from "./find-round.ts";

/** AggregatorV3Interface: docs.chain.link/data-feeds/api-reference */
const FEED_ABI = parseAbi([
  "function decimals() view returns (uint8)",
  "function description() view returns (string)",
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
  "function getRoundData(uint80 _roundId) view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
]);

const answered = z.object({ result: z.unknown() });
const failed = z.object({
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }),
});

const parseAnswer = (source: string, { text, request }: Answer): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new OracleError("malformed", `${source}: the node answered with what is no JSON.`, {
      raw: excerptOf(text),
      request,
    });
  }
};

/** A client whose every request goes through `asker`. */
export const createFeedClient = (
  source: string,
  asker: Asker,
  url: string,
  signal: AbortSignal | undefined,
): PublicClient => {
  const shown = new URL(url).origin;
  const headers = { "content-type": "application/json" };
  let count = 0;
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    count += 1;
    const body = { jsonrpc: "2.0", id: count, method, params: params ?? [] };
    const question = { method: "POST", url, shown, headers, body: JSON.stringify(body) } as const;
    const answer = await asker.ask(question, signal);
    const json = parseAnswer(source, answer);
    const refusal = failed.safeParse(json);
    if (refusal.success) throw new RpcRequestError({ body, url: shown, error: refusal.data.error });
    const success = answered.safeParse(json);
    if (success.success && success.data.result !== undefined) return success.data.result;
    throw new OracleError("malformed", `${source}: the node's answer is no JSON-RPC.`, {
      raw: excerptOf(answer.text),
      request: answer.request,
    });
  };
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
};

/** Whether the contract itself said no, as it does for a round it does not have. */
export const isRevert = (error: unknown): boolean =>
  error instanceof BaseError &&
  error.walk(
    (cause) =>
      cause instanceof ContractFunctionRevertedError || cause instanceof ExecutionRevertedError,
  ) !== null;

/** Whether there is no such contract, or none of this kind. */
export const isNoFeed = (error: unknown): boolean =>
  error instanceof BaseError &&
  error.walk(
    (cause) =>
      cause instanceof ContractFunctionZeroDataError || cause instanceof AbiDecodingZeroDataError,
  ) !== null;

type RoundData = readonly [bigint, bigint, bigint, bigint, bigint];

const roundOf = ([id, answer, , updatedAt, answeredInRound]: RoundData): FeedRound => ({
  id,
  answer,
  updatedAt,
  answeredInRound,
});

/** A feed at one block: all that is read of it agrees. */
export const readFeed = (client: PublicClient, address: Address, blockNumber: bigint) => {
  const contract = { address, abi: FEED_ABI, blockNumber } as const;
  const reader: FeedReader = {
    latest: async () =>
      roundOf(await client.readContract({ ...contract, functionName: "latestRoundData" })),
    async at(id) {
      try {
        const data = await client.readContract({
          ...contract,
          functionName: "getRoundData",
          args: [id],
        });
        const round = roundOf(data);
        // some aggregators answer nought for a round they do not have, others refuse
        return round.updatedAt === 0n ? undefined : round;
      } catch (error) {
        if (isRevert(error)) return undefined;
        throw error;
      }
    },
  };
  return {
    ...reader,
    decimals: () => client.readContract({ ...contract, functionName: "decimals" }),
    description: () => client.readContract({ ...contract, functionName: "description" }),
  };
};
