import { afterAll, beforeAll, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import fc from "fast-check";
import { registered } from "../testing/registered.ts";
import { moveRealTime, stranger, testIdentity } from "../testing/test-identity.ts";
import { refreshSession } from "./refresh-session.ts";

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** Somebody brings one of the tokens given so far (the newest is 0), some seconds after the one before. */
interface Step {
  readonly back: number;
  readonly after: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  back: fc.nat(3),
  // never close to the ten seconds of grace, since real time passes too
  after: fc.constantFrom(0, 0, 0, 30, 3600),
});

/** What a session must answer: the newest token gives a new one, one replaced just now the same again, an older one ends all. */
const createModel = () => {
  const replacedAt: number[] = [];
  let ended = false;
  return (at: number, now: number): number | "refused" => {
    if (ended) return "refused";
    const replaced = replacedAt[at];
    if (replaced === undefined) {
      replacedAt[at] = now;
      return at + 1;
    }
    if (now - replaced < 10) return at + 1;
    ended = true;
    return "refused";
  };
};

test("whatever tokens are brought, in whatever order, each has one successor, and a late one ends the session", async () => {
  const deps = testIdentity(scratch.database);
  let now = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const tokens = [
        (await registered({ ...deps, ...testIdentity(scratch.database) })).tokens.refreshToken,
      ];
      const expected = createModel();
      for (const { back, after } of steps) {
        now += after;
        await moveRealTime(scratch.owner, { seconds: now });
        const at = Math.max(0, tokens.length - 1 - back);
        const answer = await refreshSession(deps, {
          ...stranger(),
          refreshToken: tokens[at] ?? "",
        }).then(
          ({ tokens: { refreshToken } }) => refreshToken,
          (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
        );
        const next = expected(at, now);
        if (next === "refused") expect(answer).toBe("UNAUTHENTICATED");
        else if (next < tokens.length) expect(answer).toBe(tokens[next] ?? "");
        else tokens.push(answer);
        expect(new Set(tokens).size).toBe(tokens.length);
      }
    }),
    { numRuns: 25 },
  );
}, 30_000);
