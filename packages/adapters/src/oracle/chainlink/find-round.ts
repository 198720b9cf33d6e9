/** One answer of a feed. Times are seconds of the epoch. */
export interface FeedRound {
  /** Phase of the proxy in the upper 16 of its 80 bits, round of that phase's aggregator in the lower 64. */
  readonly id: bigint;
  readonly answer: bigint;
  readonly updatedAt: bigint;
  /** The round the answer was made in: below `id`, it was carried over. */
  readonly answeredInRound: bigint;
}

/** A feed as it stands at one block. */
export interface FeedReader {
  latest(): Promise<FeedRound>;
  /** Undefined where there is no such round. */
  at(id: bigint): Promise<FeedRound | undefined>;
}

export interface FoundRound {
  /** The last round at or before the instant. */
  readonly round: FeedRound;
  /** The round that ended its time; undefined while there is none. */
  readonly next: FeedRound | undefined;
}

const PHASE_BITS = 64n;

/** A feed whose rounds make no sense: one is missing between two it has, or is not the one asked for. */
export class BrokenFeed extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "BrokenFeed";
  }
}

/** Rounds 1 to `top` of one phase, the last of which came after the instant. */
interface Span {
  readonly phase: bigint;
  readonly top: FeedRound;
}

const roundOf = (phase: bigint, number: bigint): bigint => (phase << PHASE_BITS) | number;

const numberOf = ({ id }: FeedRound): bigint => BigInt.asUintN(64, id);

/** A search goes by ids: one that is not the one asked for could keep it going for ever. */
const read = async (
  feed: FeedReader,
  phase: bigint,
  number: bigint,
): Promise<FeedRound | undefined> => {
  const id = roundOf(phase, number);
  const round = await feed.at(id);
  if (round === undefined || round.id === id) return round;
  throw new BrokenFeed(`gave round ${round.id} where ${id} was asked for`);
};

const present = async (feed: FeedReader, phase: bigint, number: bigint): Promise<FeedRound> => {
  const round = await read(feed, phase, number);
  if (round !== undefined) return round;
  const id = roundOf(phase, number);
  throw new BrokenFeed(`has no round ${id}, which lies between rounds it has`);
};

/** Halves the way between a round at or before `time` and one after it, until they are neighbours. */
const narrow = async (
  feed: FeedReader,
  phase: bigint,
  time: bigint,
  bounds: FoundRound & { readonly next: FeedRound },
): Promise<FoundRound> => {
  let { round, next } = bounds;
  while (numberOf(next) - numberOf(round) > 1n) {
    const middle = await present(feed, phase, (numberOf(round) + numberOf(next)) / 2n);
    if (middle.updatedAt <= time) round = middle;
    else next = middle;
  }
  return { round, next };
};

/** Goes back from the end in steps that double: what is asked for is mostly close to it. */
const searchBack = async (
  feed: FeedReader,
  { phase, top }: Span,
  time: bigint,
): Promise<FoundRound | { readonly first: FeedRound }> => {
  let next = top;
  for (let step = 1n; ; step *= 2n) {
    if (numberOf(next) <= 1n) return { first: next };
    const number = numberOf(next) - step;
    const round = await present(feed, phase, number < 1n ? 1n : number);
    if (round.updatedAt <= time) return await narrow(feed, phase, time, { round, next });
    next = round;
  }
};

/** The last round of a phase that is over; undefined for one without rounds. */
const lastOf = async (feed: FeedReader, phase: bigint): Promise<FeedRound | undefined> => {
  let last = await read(feed, phase, 1n);
  if (last === undefined) return undefined;
  let none = 2n;
  for (;;) {
    const round = await read(feed, phase, none);
    if (round === undefined) break;
    last = round;
    none *= 2n;
  }
  while (none - numberOf(last) > 1n) {
    const middle = (numberOf(last) + none) / 2n;
    const round = await read(feed, phase, middle);
    if (round === undefined) none = middle;
    else last = round;
  }
  return last;
};

/**
 * The round that was a feed's latest at `time`: the last one at or before it, in the newest phase that has one. Round ids grow
 * within a phase only (docs.chain.link/data-feeds/historical-data). Undefined for a time before the feed's first round.
 * @throws BrokenFeed, and what `feed` throws
 */
export const findRound = async (
  feed: FeedReader,
  time: bigint,
): Promise<FoundRound | undefined> => {
  let top: FeedRound | undefined = await feed.latest();
  let next: FeedRound | undefined;
  for (let phase = top.id >> PHASE_BITS; ;) {
    if (top !== undefined) {
      if (top.updatedAt <= time) return { round: top, next };
      const found = await searchBack(feed, { phase, top }, time);
      if ("round" in found) return found;
      next = found.first;
    }
    // a feed without a proxy has phase 0 alone
    if (phase <= 1n) return undefined;
    phase -= 1n;
    top = await lastOf(feed, phase);
  }
};
