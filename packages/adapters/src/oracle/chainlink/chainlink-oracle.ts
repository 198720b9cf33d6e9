import {
  type ClosePrice,
  hashEvidence,
  type Oracle,
  OracleError,
  type OracleErrorDetails,
  type OracleErrorKind,
} from "@closebell/rounds";
import { type Address, formatUnits, getAddress, isAddress } from "viem";
import { refuseAborted } from "../abortable.ts";
import { createAsker, type AskerOptions } from "../http/asker.ts";
import { plainDecimal } from "../http/plain-decimal.ts";
import { closeOfSession, type SessionClose } from "../session-close.ts";
import { BrokenFeed, type FeedRound, findRound } from "./find-round.ts";
import { secretsOfUrl } from "../../connection/secrets-of-url.ts";
import { createFeedClient, isNoFeed, isRevert, readFeed } from "./read-feed.ts";

/** The block a feed is read at. `finalized` can't be undone; the others are sooner. */
export const FEED_BLOCKS = ["finalized", "safe", "latest"] as const;

export type FeedBlock = (typeof FEED_BLOCKS)[number];

export interface ChainlinkOracleOptions extends Pick<AskerOptions, "timing" | "now"> {
  /** Address of a node; anything in it but its host may be a key, and is not shown. */
  readonly rpcUrl: string;
  /** A feed that was last updated longer than this before the close is stale: its heartbeat and some slack. */
  readonly maxAgeSeconds: number;
  readonly block?: FeedBlock | undefined;
  readonly closesAt?: SessionClose | undefined;
}

const SOURCE = "chainlink";

const fail = (kind: OracleErrorKind, problem: string, details: OracleErrorDetails = {}) =>
  new OracleError(kind, `${SOURCE}: ${problem}.`, details);

/** The OracleError that viem wrapped, if it was one. */
const innerOf = (error: unknown): OracleError | undefined => {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof OracleError) return each;
  }
  return undefined;
};

const asOracleError = (error: unknown, details: OracleErrorDetails): OracleError => {
  const inner = innerOf(error);
  if (inner !== undefined) return inner;
  if (error instanceof BrokenFeed) return fail("malformed", `the feed ${error.message}`, details);
  if (isNoFeed(error) || isRevert(error)) {
    return fail("malformed", "no feed is at that address", details);
  }
  // what the node says may be about its own state: a block it does not have, a rate it limits
  return fail("unavailable", "the node refused the question", details);
};

const feedAddress = (symbol: string): Address => {
  if (isAddress(symbol, { strict: false })) return getAddress(symbol.toLowerCase());
  throw fail("malformed", "a symbol must be the address of a feed");
};

const shown = ({ id, answer, updatedAt, answeredInRound }: FeedRound) => ({
  roundId: id.toString(),
  answer: answer.toString(),
  updatedAt: updatedAt.toString(),
  answeredInRound: answeredInRound.toString(),
});

const instantOf = (seconds: bigint): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Number(seconds) * 1000);

const secondsOf = (instant: Temporal.Instant): bigint =>
  BigInt(Math.floor(instant.epochMilliseconds / 1000));

/** Why a round says nothing about the close; undefined for one that does. */
const staleness = (round: FeedRound, close: bigint, maxAgeSeconds: number): string | undefined => {
  if (round.answeredInRound < round.id) return `round ${round.id} has no answer of its own`;
  const age = close - round.updatedAt;
  return age > BigInt(maxAgeSeconds)
    ? `the feed was last updated ${age} s before the close`
    : undefined;
};

/** A plain decimal: "1234.50000000" for an answer of 8 decimals. @throws OracleError malformed for too many digits */
const priceOf = (answer: bigint, decimals: number, details: OracleErrorDetails): string => {
  const [whole = "0", fraction = ""] = formatUnits(answer, decimals).split(".");
  const text = decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, "0")}`;
  const price = plainDecimal(text);
  if (price !== undefined) return price;
  throw fail("malformed", "the feed's answer has more digits than a price", details);
};

/**
 * A Chainlink feed, for a market that trades on-chain: the answer that was the feed's latest when the session closed. The symbol
 * is the address of the feed's proxy. There is no answer before the block read is later than the close.
 */
export const chainlinkOracle = (options: ChainlinkOracleOptions): Oracle => {
  const { rpcUrl, maxAgeSeconds, block = "finalized", timing, now } = options;
  const asker = createAsker({ name: SOURCE, secrets: secretsOfUrl(rpcUrl), timing, now });
  const request = { method: "POST", url: new URL(rpcUrl).origin };

  const readRound = async (feed: Address, close: bigint, signal: AbortSignal | undefined) => {
    const client = createFeedClient(SOURCE, asker, rpcUrl, signal);
    const [chainId, head] = await Promise.all([
      client.getChainId(),
      client.getBlock({ blockTag: block }),
    ]);
    // on some chains the next block has the same second, and may hold another round of it
    if (head.timestamp <= close) {
      const time = instantOf(head.timestamp).toString();
      const problem = `the ${block} block is of ${time}, not later than the close`;
      throw fail("unavailable", problem, { request });
    }
    const reader = readFeed(client, feed, head.number);
    const [decimals, description] = await Promise.all([reader.decimals(), reader.description()]);
    const found = await findRound(reader, close);
    if (found === undefined) {
      throw fail("not-found", "the feed begins after that close", { request });
    }
    return { chainId, decimals, description, found };
  };

  const answer = async (
    feed: Address,
    closesAt: Temporal.Instant,
    signal: AbortSignal | undefined,
  ) => {
    const close = secondsOf(closesAt);
    const { found, decimals, ...rest } = await readRound(feed, close, signal);
    const { round, next } = found;
    const raw = JSON.stringify({
      ...rest,
      feed,
      decimals,
      closesAt: closesAt.toString(),
      round: shown(round),
      next: next === undefined ? null : shown(next),
    });
    const stale = staleness(round, close, maxAgeSeconds);
    if (stale !== undefined) throw fail("unavailable", stale, { request, raw });
    const price = priceOf(round.answer, decimals, { request, raw });
    return { price, asOf: instantOf(round.updatedAt), raw };
  };

  return {
    name: SOURCE,
    simulated: false,
    trouble: () => asker.trouble(),
    async closeOf(symbol, date, signal): Promise<ClosePrice> {
      refuseAborted(SOURCE, signal);
      const feed = feedAddress(symbol);
      const closesAt = await closeOfSession(SOURCE, date, options.closesAt);
      if (closesAt === undefined) throw fail("not-found", `there is no session on ${date}`);
      const close = await answer(feed, closesAt, signal).catch((error: unknown) => {
        throw asOracleError(error, { request });
      });
      return {
        ...close,
        date: date.toString(),
        source: SOURCE,
        hash: hashEvidence(close.raw),
        request,
      };
    },
  };
};
