import { describe, expect, test } from "bun:test";
import { hashEvidence, type Oracle, OracleError, type OracleRequest } from "../oracle.ts";

/** A source to judge; `close` is called after each test. */
export interface OracleUnderTest {
  readonly oracle: Oracle;
  readonly close?: () => Promise<void>;
}

/** What the source knows. Dates are "YYYY-MM-DD"; a date left out is a case the source can't show. */
export interface OracleFacts {
  readonly symbol: string;
  /** Two dates with a close. */
  readonly known: readonly [string, string];
  /** A date the source has no close for. */
  readonly unknown?: string;
  /** A date for which the source answers something that can't be read. */
  readonly malformed?: string;
  /** A date for which the source never answers. */
  readonly silent?: string;
  /** A date for which the source can't be reached, or refuses. */
  readonly unavailable?: string;
  /** What the source is asked with and must never show: keys, above all. */
  readonly secrets?: readonly string[];
}

const refusalOf = async (answer: Promise<unknown>): Promise<OracleError> => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof OracleError) return error;
    throw error;
  }
  throw new Error("The source answered where it should have failed.");
};

/** What `answer` came to within some turns of the event loop, in which no time needs to pass. */
const soon = async <T>(answer: Promise<T>): Promise<T | "waiting"> => {
  const turns = async () => {
    for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
    return "waiting" as const;
  };
  return await Promise.race([answer, turns()]);
};

const day = (date: string) => Temporal.PlainDate.from(date);

type Judge = (title: string, body: (oracle: Oracle) => Promise<void>) => void;

/** All that is shown of an answer or a failure: its own fields, message, stack and causes. */
const shownOf = (value: unknown): string => {
  if (!(value instanceof Error)) return Bun.inspect(value, { depth: 10 });
  const { message, stack = "", cause } = value;
  return [
    message,
    stack,
    Bun.inspect(value, { depth: 10 }),
    JSON.stringify(value),
    shownOf(cause),
  ].join("\n");
};

const expectNothingSecret = (value: unknown, secrets: readonly string[] = []) => {
  const shown = shownOf(value);
  for (const secret of secrets) expect(shown).not.toContain(secret);
};

const expectShowable = (request: OracleRequest | undefined) => {
  if (request === undefined) return;
  expect(request.method).toMatch(/^[A-Z]+$/);
  const url = new URL(request.url);
  expect([url.username, url.password]).toEqual(["", ""]);
};

const judgeAnswers = (judge: Judge, { symbol, known, secrets }: OracleFacts) => {
  judge("has a name fit for lists and metrics", async (oracle) => {
    expect(oracle.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(await oracle.closeOf(symbol, day(known[0]))).toHaveProperty("source", oracle.name);
  });

  judge("answers for the date asked, with evidence", async (oracle) => {
    for (const date of known) {
      const close = await oracle.closeOf(symbol, day(date));
      expect(close.date).toBe(date);
      expect(close.price).toMatch(/^\d+(\.\d+)?$/);
      expect(close.raw).not.toBe("");
      expect(close.hash).toBe(hashEvidence(close.raw));
      expect(close.asOf).toBeInstanceOf(Temporal.Instant);
      expectShowable(close.request);
      expectNothingSecret(close, secrets);
    }
  });

  judge("answers the same when asked again", async (oracle) => {
    const before = await oracle.closeOf(symbol, day(known[0]));
    await oracle.closeOf(symbol, day(known[1]));
    expect(await oracle.closeOf(symbol, day(known[0]))).toEqual(before);
  });

  judge("keeps questions asked at once apart", async (oracle) => {
    const closes = await Promise.all(known.map((date) => oracle.closeOf(symbol, day(date))));
    expect(closes.map((close) => close.date)).toEqual([...known]);
  });
};

const judgeRefusals = (judge: Judge, facts: OracleFacts) => {
  const { symbol, known, unknown, malformed, silent, unavailable, secrets } = facts;
  const refusalOn = async (oracle: Oracle, date: string, signal?: AbortSignal) => {
    const refusal = await refusalOf(oracle.closeOf(symbol, day(date), signal));
    expectShowable(refusal.request);
    expectNothingSecret(refusal, secrets);
    return refusal;
  };

  judge("does not begin once the signal has aborted", async (oracle) => {
    const refusal = await refusalOn(oracle, known[0], AbortSignal.abort());
    expect(refusal.kind).toBe("timeout");
    expect(refusal.request).toBeUndefined();
  });

  if (unknown !== undefined) {
    judge("says not-found for a date it has no close for", async (oracle) => {
      expect((await refusalOn(oracle, unknown)).kind).toBe("not-found");
    });
  }

  if (malformed !== undefined) {
    judge("says malformed, and keeps what came", async (oracle) => {
      const refusal = await refusalOn(oracle, malformed);
      expect(refusal.kind).toBe("malformed");
      expect(refusal.raw).toBeString();
    });
  }

  if (silent !== undefined) {
    judge("waits until the signal aborts, and no longer", async (oracle) => {
      const caller = new AbortController();
      const refusal = refusalOn(oracle, silent, caller.signal);
      expect(await soon(refusal)).toBe("waiting");
      caller.abort();
      expect(await soon(refusal)).toMatchObject({ kind: "timeout" });
    });
  }

  if (unavailable !== undefined) {
    judge("says unavailable, and answers again for another date", async (oracle) => {
      expect((await refusalOn(oracle, unavailable)).kind).toBe("unavailable");
      const close = await oracle.closeOf(symbol, day(known[0]));
      expect(close.date).toBe(known[0]);
    });
  }
};

/** What every source of closes must do; `make` builds a fresh one for each test. */
export const describeOracleContract = (
  name: string,
  make: () => OracleUnderTest | Promise<OracleUnderTest>,
  facts: OracleFacts,
): void => {
  const judge: Judge = (title, body) => {
    test(title, async () => {
      const subject = await make();
      try {
        await body(subject.oracle);
      } finally {
        await subject.close?.();
      }
    });
  };
  describe(`${name} keeps the oracle contract`, () => {
    judgeAnswers(judge, facts);
    judgeRefusals(judge, facts);
  });
};
