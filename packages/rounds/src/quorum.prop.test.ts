import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { sideOf } from "./decide-outcome.ts";
import { judgeAnswers, type PriceRules, type SourceVerdict } from "./judge-answers.ts";
import { compareMoves } from "./price.ts";
import type { Side } from "./types.ts";

interface Closes {
  readonly previous: string;
  readonly close: string;
}

const name = (n: number): string => `source-${n}`;

const priceOf = (source: string, date: string, price: string) => ({
  price,
  date,
  asOf: Temporal.Instant.from(`${date}T21:00:00Z`),
  source,
  raw: price,
  hash: "",
});

const answered = (source: string, { previous, close }: Closes): SourceVerdict => ({
  source,
  prices: {
    previous: priceOf(source, "2026-11-19", previous),
    close: priceOf(source, "2026-11-20", close),
  },
});

const failed = (source: string): SourceVerdict => ({ source, failure: "timeout", detail: "" });

/** No move of these tests is above it. */
const NO_GUARD = 2_000_000_000;
const rules = (sourceRule: PriceRules["sourceRule"], toleranceBps = 0): PriceRules => ({
  sourceRule,
  toleranceBps,
  guardBps: NO_GUARD,
});

/** Prices of two decimals, near each other, so that ties and small moves are common. */
const price = fc.integer({ min: 9_900, max: 10_100 }).map((cents) => {
  const digits = String(cents).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
});
const closes: fc.Arbitrary<Closes> = fc.record({ previous: price, close: price });
const verdictsOf = (answers: readonly (Closes | undefined)[]): readonly SourceVerdict[] =>
  answers.map((one, n) => (one === undefined ? failed(name(n)) : answered(name(n), one)));
const some = fc.array(fc.option(closes, { nil: undefined }), { minLength: 1, maxLength: 7 });

const given = (answers: readonly (Closes | undefined)[]): readonly Closes[] =>
  answers.filter((one) => one !== undefined);
const sideOfAnswer = ({ previous, close }: Closes): Side => sideOf(previous, close);

const decimalOf = (cents: bigint): string => {
  const digits = cents.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
};
/** The same price in another unit. */
const scaled = (text: string, by: number): string =>
  decimalOf(BigInt(text.replace(".", "")) * BigInt(by) * 10_000n);

const ALL_RULES = ["first", "all-agree", "median"] as const;
const anyRules = fc.record({
  sourceRule: fc.constantFrom(...ALL_RULES),
  toleranceBps: fc.constantFrom(0, 1, 50, 1_000),
  guardBps: fc.constantFrom(1, 50, NO_GUARD),
});

describe("every rule", () => {
  test("takes both closes of one and the same source, and of one that answered", () => {
    fc.assert(
      fc.property(some, anyRules, (answers, asked) => {
        const { verdict } = judgeAnswers(verdictsOf(answers), asked);
        if (verdict.kind === "none") return;
        const n = Number(verdict.source.slice("source-".length));
        expect(answers[n]).toEqual({ previous: verdict.previousClose, close: verdict.close });
      }),
    );
  });

  test("without a price fails every source, those that answered too; with one fails no more than failed", () => {
    fc.assert(
      fc.property(some, anyRules, (answers, asked) => {
        const verdicts = verdictsOf(answers);
        const judged = judgeAnswers(verdicts, asked);
        expect(judged.verdicts.map(({ source }) => source)).toEqual(
          verdicts.map(({ source }) => source),
        );
        if (judged.verdict.kind === "none") {
          expect(judged.verdicts.every((one) => "failure" in one)).toBe(true);
        } else expect(judged.verdicts).toEqual(verdicts);
      }),
    );
  });

  test("makes no price of no answer", () => {
    fc.assert(
      fc.property(fc.nat(5), anyRules, (count, asked) => {
        const verdicts = Array.from({ length: count }, (_, n) => failed(name(n)));
        expect(judgeAnswers(verdicts, asked).verdict).toEqual({ kind: "none" });
      }),
    );
  });

  test("is a price below the guard, and waits for a person above it, with the same closes", () => {
    fc.assert(
      fc.property(some, anyRules, (answers, asked) => {
        const verdicts = verdictsOf(answers);
        const guarded = judgeAnswers(verdicts, asked).verdict;
        const free = judgeAnswers(verdicts, { ...asked, guardBps: NO_GUARD }).verdict;
        expect({ ...guarded, kind: "" }).toEqual({ ...free, kind: "" });
        expect(free.kind).not.toBe("guard");
      }),
    );
  });
});

describe("first", () => {
  test("is the first in the list that answers, whatever the others say", () => {
    fc.assert(
      fc.property(some, (answers) => {
        const { verdict } = judgeAnswers(verdictsOf(answers), rules("first"));
        const n = answers.findIndex((one) => one !== undefined);
        if (n === -1) expect(verdict.kind).toBe("none");
        else expect(verdict).toMatchObject({ kind: "prices", source: name(n) });
      }),
    );
  });
});

describe("all-agree", () => {
  test("is a price exactly where all answer, each close is within the tolerance of the first's, on the same side", () => {
    fc.assert(
      fc.property(some, fc.constantFrom(0, 1, 10, 100, 1_000), (answers, toleranceBps) => {
        const { verdict } = judgeAnswers(verdictsOf(answers), rules("all-agree", toleranceBps));
        const all = given(answers);
        const [first] = all;
        const cents = (text: string) => BigInt(text.replace(".", ""));
        const near = (a: string, b: string) => {
          const apart = cents(a) > cents(b) ? cents(a) - cents(b) : cents(b) - cents(a);
          return apart * 10_000n <= cents(a) * BigInt(toleranceBps);
        };
        const agrees =
          first !== undefined &&
          all.length === answers.length &&
          all.every(
            (one) =>
              near(first.previous, one.previous) &&
              near(first.close, one.close) &&
              sideOfAnswer(one) === sideOfAnswer(first),
          );
        expect(verdict.kind).toBe(agrees ? "prices" : "none");
        if (agrees) expect(verdict).toMatchObject({ source: name(0) });
      }),
      { numRuns: 500 },
    );
  });

  test("does not depend on the order of the others", () => {
    const shuffled = some.chain((answers) =>
      fc.tuple(
        fc.constant(answers),
        fc.shuffledSubarray(answers.slice(1), { minLength: answers.length - 1 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([answers, rest]) => {
        const asked = rules("all-agree", 100);
        const other = verdictsOf([answers[0], ...rest]);
        expect(judgeAnswers(other, asked).verdict).toEqual(
          judgeAnswers(verdictsOf(answers), asked).verdict,
        );
      }),
    );
  });
});

describe("median", () => {
  test("is what an honest majority says, whatever a minority says or keeps to itself, and in any order", () => {
    const parliament = fc.integer({ min: 1, max: 9 }).chain((sources) =>
      fc.record({
        sources: fc.constant(sources),
        truth: closes,
        minority: fc.array(fc.option(closes, { nil: undefined }), {
          maxLength: sources - (Math.floor(sources / 2) + 1),
        }),
        order: fc.array(fc.nat(), { minLength: sources, maxLength: sources }),
      }),
    );
    fc.assert(
      fc.property(parliament, ({ sources, truth, minority, order }) => {
        const said = Array.from({ length: sources }, (_, n) =>
          n < minority.length ? minority[n] : truth,
        );
        const answers = said
          .map((one, n) => ({ one, at: order[n] ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const { verdict } = judgeAnswers(verdictsOf(answers), rules("median"));
        expect(verdict.kind).toBe("prices");
        if (verdict.kind === "none") return;
        expect(sideOf(verdict.previousClose, verdict.close)).toBe(sideOfAnswer(truth));
        expect(compareMoves({ previous: verdict.previousClose, close: verdict.close }, truth)).toBe(
          0,
        );
      }),
      { numRuns: 500 },
    );
  });

  test("needs most of the sources, of all that were asked", () => {
    fc.assert(
      fc.property(some, (answers) => {
        const enough = given(answers).length * 2 > answers.length;
        const { verdict, verdicts } = judgeAnswers(verdictsOf(answers), rules("median"));
        if (!enough) expect(verdict.kind).toBe("none");
        const own = verdicts.flatMap((one) => ("failure" in one ? [one.failure] : []));
        expect(own.includes("no-quorum")).toBe(!enough && given(answers).length > 0);
      }),
    );
  });

  test("is of the side that the sources in the middle are on, and nothing where they are not on one side", () => {
    fc.assert(
      fc.property(some, (answers) => {
        const all = given(answers);
        if (all.length * 2 <= answers.length) return;
        // the sides in order of their moves are DOWN … DOWN UP … UP, so counting them is enough
        const down = all.filter((one) => sideOfAnswer(one) === "DOWN").length;
        const up = all.length - down;
        const { verdict } = judgeAnswers(verdictsOf(answers), rules("median"));
        if (down === up) {
          expect(verdict.kind).toBe("none");
          return;
        }
        expect(verdict.kind).toBe("prices");
        if (verdict.kind === "none") return;
        expect(sideOf(verdict.previousClose, verdict.close)).toBe(down > up ? "DOWN" : "UP");
      }),
      { numRuns: 500 },
    );
  });

  test("does not mind in which unit or adjustment a source reports, as long as it keeps to it", () => {
    const inUnits = fc.array(fc.tuple(closes, fc.integer({ min: 1, max: 999 })), {
      minLength: 1,
      maxLength: 7,
    });
    fc.assert(
      fc.property(inUnits, (answers) => {
        const plain = judgeAnswers(verdictsOf(answers.map(([one]) => one)), rules("median"));
        const odd = judgeAnswers(
          verdictsOf(
            answers.map(([{ previous, close }, unit]) => ({
              previous: scaled(previous, unit),
              close: scaled(close, unit),
            })),
          ),
          rules("median"),
        );
        expect(odd.verdict.kind).toBe(plain.verdict.kind);
        if (odd.verdict.kind === "none" || plain.verdict.kind === "none") return;
        expect(odd.verdict.source).toBe(plain.verdict.source);
      }),
    );
  });
});
