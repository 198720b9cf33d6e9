import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { type By, SYSTEM_ACTORS, randomIds } from "../../packages/context/src/index.ts";
import { memoryEvents, silentLogger } from "../../packages/context/src/testing.ts";
import { type Deps, transact } from "../../packages/database/src/index.ts";
import { scratchDatabase } from "../../packages/database/src/testing/index.ts";
import { createUser, type LetterDeps } from "../../packages/identity/src/index.ts";
import { identityParts } from "../../packages/identity/src/testing/index.ts";
import {
  blockUser,
  excludeSelf,
  isSuspended,
  protectionOf,
  returnToPlay,
  takeTimeOut,
  unblockUser,
} from "../../packages/protection/src/index.ts";
import { codeOf } from "./acts.ts";

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("rest"),
      hours: fc.constantFrom(24, 48, 200, 1_008),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("exclude"),
      months: fc.constantFrom(6, 7, 12, 6, 7, null),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("return") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("block"), on: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("wait"),
      hours: fc.constantFrom(1, 23, 24, 25, 24 * 30, 24 * 90, 24 * 200),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the rules say of one user, from all that he and staff did. */
interface Model {
  now: Temporal.Instant;
  blocked: boolean;
  /** When each break ends. */
  readonly rests: Temporal.Instant[];
  /** When the term of each exclusion ends. */
  readonly terms: (Temporal.Instant | null)[];
  /** When he asked to play again, and was heard. */
  readonly asked: Temporal.Instant[];
}

const atMost = (a: Temporal.Instant, b: Temporal.Instant): boolean =>
  Temporal.Instant.compare(a, b) <= 0;

/** Out: unless he asked once the term was over, and that is a day ago. */
const isOut = ({ asked, now }: Model, term: Temporal.Instant | null): boolean =>
  term === null || !asked.some((at) => atMost(term, at) && atMost(at.add({ hours: 24 }), now));

const isShut = (model: Model): boolean =>
  model.blocked ||
  model.rests.some((end) => !atMost(end, model.now)) ||
  model.terms.some((term) => isOut(model, term));

const lastsAsLong =
  (model: Model, end: Temporal.Instant | null) => (one: Temporal.Instant | null) =>
    one === null || (end !== null && !atMost(one, model.now) && atMost(end, one));

interface Scene {
  readonly deps: Deps & LetterDeps;
  readonly by: By;
  readonly userId: string;
  readonly model: Model;
  setClock(to: string): Promise<void>;
}

const act = async ({ deps, by, userId, model, setClock }: Scene, one: Step): Promise<void> => {
  if (one.do === "wait") {
    model.now = model.now.add({ hours: one.hours });
    await setClock(model.now.toString());
  }
  if (one.do === "block") {
    await (one.on ? blockUser : unblockUser)(deps, { by, userId });
    model.blocked = one.on;
  }
  if (one.do === "rest") {
    const end = model.now.add({ hours: one.hours });
    const stands = model.rests.some(lastsAsLong(model, end));
    const code = await codeOf(takeTimeOut(deps, { by, userId, hours: one.hours }));
    expect(code).toBe(stands ? "RESTRICTION_STANDS" : "done");
    if (!stands) model.rests.push(end);
  }
  if (one.do === "exclude") {
    const { months } = one;
    const end =
      months === null ? null : model.now.toZonedDateTimeISO("UTC").add({ months }).toInstant();
    const stands = model.terms.some(lastsAsLong(model, end));
    const code = await codeOf(excludeSelf(deps, { by, userId, months }));
    expect(code).toBe(stands ? "RESTRICTION_STANDS" : "done");
    if (!stands) model.terms.push(end);
  }
  if (one.do === "return") {
    const tooEarly = model.terms.some((term) => term === null || !atMost(term, model.now));
    const code = await codeOf(returnToPlay(deps, { by, userId }));
    expect(code).toBe(tooEarly ? "RESTRICTION_STANDS" : "done");
    if (!tooEarly) model.asked.push(model.now);
  }
};

test("whatever is taken, imposed, lifted, asked for and waited for: nobody plays before its end, nor after an exclusion before a day has passed since they asked", async () => {
  await using scratch = await scratchDatabase();
  const { database } = scratch;
  const { auth, randomBytes } = identityParts();
  const tools = { events: memoryEvents(), ids: randomIds, log: silentLogger };
  const deps = { ...tools, auth, randomBytes, database };
  const by: By = { actor: SYSTEM_ACTORS.migration, requestId: randomUUID(), reason: "asked for" };
  const setClock = (to: string) => scratch.setClock(to);
  let now = Temporal.Instant.from("2026-11-20T12:00:00Z");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
      const { id: userId } = await createUser(deps, { by });
      const model: Model = { now, blocked: false, rests: [], terms: [], asked: [] };
      for (const one of steps) {
        await act({ deps, by, userId, model, setClock }, one);
        now = model.now;
        const { restrictions } = await protectionOf(deps, { userId });
        const [judged] = await database.sql<{ suspended: number[] | null }[]>`
          select suspended from protection.judge_stakes(array[${userId}::uuid], array[1::bigint], clock.now())`;
        const shut = isShut(model);
        expect([
          restrictions.length > 0,
          (judged?.suspended ?? []).length > 0,
          await transact(deps, (work) => isSuspended(work, userId)),
        ]).toEqual([shut, shut, shut]);
      }
    }),
    { numRuns: 10 },
  );
}, 120_000);
