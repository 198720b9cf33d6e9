import type { Chance } from "./seeded.ts";
import { between } from "./seeded.ts";

/** A player, and the key they play with. */
export interface Seated {
  readonly userId: string;
  readonly apiKey: string;
}

/** A bet as its sender knows it: what was asked, and the id it was acknowledged with, if it was. */
export interface SentBet {
  readonly key: string;
  readonly userId: string;
  readonly side: "UP" | "DOWN";
  readonly stake: number;
  id: string | undefined;
}

/** What came back for a bet; undefined where the connection broke. */
interface Reply {
  readonly status: number;
  readonly id: string;
  readonly replayed: boolean;
}

const post = async (
  url: string,
  apiKey: string,
  { key, side, stake }: SentBet,
): Promise<Reply | undefined> => {
  try {
    const response = await fetch(`${url}/bets`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": key,
        authorization: `Bearer ${apiKey}`,
      },
      body: JSON.stringify({ side, stakeMicroUsdc: String(stake) }),
    });
    const body: unknown = await response.json();
    return {
      status: response.status,
      id: String(Reflect.get(Object(body), "id")),
      replayed: response.headers.get("idempotency-replayed") === "true",
    };
  } catch {
    return undefined;
  }
};

/** Statuses that leave open whether the bet was taken: its key will tell. */
const isOpen = (reply: Reply | undefined): boolean => reply === undefined || reply.status >= 500;

const PATIENCE_MS = 30_000;

/** Sends until there is an answer: 503 says to send again, as a pool does that finds its connections cut. */
const postPatiently = async (
  url: string,
  apiKey: string,
  bet: SentBet,
): Promise<Reply | undefined> => {
  for (const until = performance.now() + PATIENCE_MS; ;) {
    const reply = await post(url, apiKey, bet);
    if (reply?.status !== 503 || performance.now() > until) return reply;
    await Bun.sleep(50);
  }
};

/** What sending again has shown. */
export interface Resent {
  /** Bets without an answer that had been committed all the same. */
  readonly committed: number;
  readonly unanswered: number;
  /** What was wrong, in words. */
  readonly wrong: readonly string[];
}

/** Players who bet over HTTP, each with one request under way, and remember what they were told. */
export interface Bettors {
  readonly sent: readonly SentBet[];
  /** How many bets have been acknowledged. */
  acknowledged(): number;
  /** Bets until `over`, or until the first request of each that gets no answer. Answers that refuse are `wrong`. */
  bet(url: string, over: AbortSignal): Promise<readonly string[]>;
  /** Sends every bet without an answer again, and `sample` of those that have one. */
  sendAgain(url: string, sample: number): Promise<Resent>;
}

export const bettorsOf = (players: readonly Seated[], chance: Chance): Bettors => {
  const keys = new Map(players.map(({ userId, apiKey }) => [userId, apiKey]));
  const keyOf = ({ userId }: Pick<SentBet, "userId">): string => keys.get(userId) ?? "";
  const sent: SentBet[] = [];
  let count = 0;

  const newBet = (userId: string): SentBet => {
    const bet: SentBet = {
      key: `key-${sent.length}`,
      userId,
      side: chance() < 0.5 ? "UP" : "DOWN",
      stake: between(chance, 1, 1_000),
      id: undefined,
    };
    sent.push(bet);
    return bet;
  };

  const accepted = (bet: SentBet, reply: Reply | undefined): string | undefined => {
    if (reply?.status !== 201) return `${bet.key} was answered ${reply?.status ?? "with nothing"}`;
    if (bet.id !== undefined && bet.id !== reply.id) {
      return `${bet.key} was ${bet.id} and is now ${reply.id}`;
    }
    if (bet.id === undefined) count += 1;
    bet.id = reply.id;
    return undefined;
  };

  const play = async (url: string, userId: string, over: AbortSignal, wrong: string[]) => {
    while (!over.aborted) {
      const bet = newBet(userId);
      const reply = await post(url, keyOf(bet), bet);
      if (isOpen(reply)) return;
      const problem = accepted(bet, reply) ?? (reply?.replayed ? `${bet.key} replayed` : undefined);
      if (problem !== undefined) wrong.push(problem);
    }
  };

  return {
    sent,
    acknowledged: () => count,
    async bet(url, over) {
      const wrong: string[] = [];
      await Promise.all(players.map(({ userId }) => play(url, userId, over, wrong)));
      return wrong;
    },
    async sendAgain(url, sample) {
      const wrong: string[] = [];
      const unanswered = sent.filter(({ id }) => id === undefined);
      const answered = sent.filter(({ id }) => id !== undefined);
      const again = Array.from(
        { length: Math.min(sample, answered.length) },
        () => answered[between(chance, 0, answered.length - 1)],
      ).filter((bet) => bet !== undefined);
      let committed = 0;
      await Promise.all(
        [...unanswered, ...again].map(async (bet) => {
          const known = bet.id !== undefined;
          const reply = await postPatiently(url, keyOf(bet), bet);
          const problem = accepted(bet, reply);
          if (problem !== undefined) wrong.push(problem);
          if (known && reply?.replayed !== true) wrong.push(`${bet.key} was taken again`);
          if (!known && reply?.replayed === true) committed += 1;
        }),
      );
      return { committed, unanswered: unanswered.length, wrong };
    },
  };
};
