import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type By, SYSTEM_ACTORS } from "@closebell/context";
import { microUsdc } from "@closebell/money";
import fc from "fast-check";
import { takeBatch, type WaitingBet } from "./bet-queue.ts";

const by: By = { actor: SYSTEM_ACTORS.anonymous, requestId: randomUUID() };

const waitingBet = ({ user, round }: { user: number; round: number }, n: number): WaitingBet => ({
  request: {
    by,
    userId: String(user),
    ...(round === 0 ? {} : { roundCode: String(round) }),
    side: "UP",
    stake: microUsdc(1n),
    idempotencyKey: String(n),
  },
  tries: 0,
  moved: false,
  resolve: () => undefined,
  reject: () => undefined,
});

const bets = fc.array(fc.record({ user: fc.nat(5), round: fc.nat(2) }), { maxLength: 40 });
const nth = ({ request }: WaitingBet): number => Number(request.idempotencyKey);
const ascending = (a: number, b: number): number => a - b;

test("a batch holds one bet a user, on one round, and begins with the bet that waits longest", () => {
  fc.assert(
    fc.property(bets, fc.integer({ min: 1, max: 10 }), (made, maxBatch) => {
      const queue = made.map(waitingBet);
      const [first] = queue;
      const batch = takeBatch(queue, maxBatch);
      expect(batch.at(0)).toBe(first);
      expect(batch.length).toBeLessThanOrEqual(maxBatch);
      const users = batch.map(({ request }) => request.userId);
      expect(new Set(users).size).toBe(users.length);
      expect(new Set(batch.map(({ request }) => request.roundCode)).size).toBe(
        Math.min(1, batch.length),
      );
    }),
  );
});

test("batches take every bet once, and a user's bets on a round in the order they came", () => {
  fc.assert(
    fc.property(bets, fc.integer({ min: 1, max: 10 }), (made, maxBatch) => {
      const queue = made.map(waitingBet);
      const taken: WaitingBet[] = [];
      while (queue.length > 0) taken.push(...takeBatch(queue, maxBatch));
      expect(taken.map(nth).toSorted(ascending)).toEqual(made.map((_, n) => n));
      const lineOf = ({ request }: WaitingBet) => `${request.userId}/${request.roundCode ?? ""}`;
      for (const line of Map.groupBy(taken, lineOf).values()) {
        expect(line.map(nth)).toEqual(line.map(nth).toSorted(ascending));
      }
    }),
  );
});
