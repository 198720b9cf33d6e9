import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { DomainError, SYSTEM_ACTORS, randomIds, type By } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { transact, type Deps } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createUser } from "@closebell/identity";
import { protectionOf } from "./protection-of.ts";
import { needScreening, refuseSanctioned, screenPlayer } from "./screen-player.ts";
import { allowAll, type Screening, type ScreeningAnswer } from "./screening.ts";

const by: By = { actor: SYSTEM_ACTORS.migration, requestId: randomUUID() };
const NOW = Temporal.Instant.from("2026-11-20T12:00:00Z");
const PASSED: ScreeningAnswer = { refusedFor: null, validUntil: null };

let scratch: ScratchDatabase;
let deps: Deps;

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: randomIds,
    log: silentLogger,
  };
});

afterAll(() => scratch[Symbol.asyncDispose]());

const codeOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

/** Says these, one after the other, and then breaks. */
const saying = (...answers: ScreeningAnswer[]): Screening & { asked: number } => ({
  name: "scripted",
  everybodyPasses: false,
  asked: 0,
  screen() {
    this.asked += 1;
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new Error("silent")) : Promise.resolve(answer);
  },
});

const player = async (): Promise<string> => (await createUser(deps, { by })).id;
const needs = (userId: string) => codeOf(transact(deps, (work) => needScreening(work, userId)));
const pays = (userId: string) => codeOf(transact(deps, (work) => refuseSanctioned(work, userId)));

test("a pass is asked for once, counts until it ends, and is asked for again then or at a word", async () => {
  const userId = await player();
  const until = { refusedFor: null, validUntil: NOW.add({ hours: 1 }) };
  const screening = saying(until, PASSED, PASSED);
  const screen = (anew = false) =>
    codeOf(screenPlayer({ ...deps, screening }, { by, userId, anew }));
  expect(await needs(userId)).toBe("SCREENING_REFUSED");
  expect([await screen(), await screen(), await needs(userId)]).toEqual(["done", "done", "done"]);
  expect(screening.asked).toBe(1);
  await scratch.setClock("2026-11-20T13:00:00Z");
  expect(await needs(userId)).toBe("SCREENING_REFUSED");
  expect([await screen(), await needs(userId), screening.asked]).toEqual(["done", "done", 2]);
  expect([await screen(true), screening.asked]).toEqual(["done", 3]);
});

test("a refusal suspends play until a pass lifts it, and only sanctions keep the money", async () => {
  for (const refusedFor of ["age", "country", "sanctions", "identity"] as const) {
    const userId = await player();
    const no = { refusedFor, validUntil: null };
    const screening = saying(no, no, PASSED);
    const screen = () => codeOf(screenPlayer({ ...deps, screening }, { by, userId }));
    expect([await screen(), await screen()]).toEqual(["SCREENING_REFUSED", "SCREENING_REFUSED"]);
    const { restrictions } = await protectionOf(deps, { userId });
    expect(restrictions.map(({ kind }) => kind)).toEqual(["screening"]);
    expect(await pays(userId)).toBe(refusedFor === "sanctions" ? "SCREENING_REFUSED" : "done");
    expect(await screen()).toBe("done");
    expect((await protectionOf(deps, { userId })).restrictions).toEqual([]);
    expect(await pays(userId)).toBe("done");
  }
});

test("sanctions keep the money whatever else a player was refused for before or after, until a pass", async () => {
  for (const [first, then] of [
    ["age", "sanctions"],
    ["sanctions", "age"],
  ] as const) {
    const userId = await player();
    const [one, two] = [first, then].map((refusedFor) => ({ refusedFor, validUntil: null }));
    if (!one || !two) throw new Error("nothing to say");
    const screening = saying(one, two, PASSED);
    const screen = () => codeOf(screenPlayer({ ...deps, screening }, { by, userId }));
    expect([await screen(), await screen()]).toEqual(["SCREENING_REFUSED", "SCREENING_REFUSED"]);
    expect(await pays(userId)).toBe("SCREENING_REFUSED");
    expect([await screen(), await pays(userId)]).toEqual(["done", "done"]);
  }
});

test("of many answers about one player at once the last that is written down holds", async () => {
  for (let each = 0; each < 8; each += 1) {
    const userId = await player();
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => {
        const answer = n % 2 === 0 ? PASSED : ({ refusedFor: "age", validUntil: null } as const);
        const screening = saying(answer);
        return codeOf(screenPlayer({ ...deps, screening }, { by, userId, anew: true }));
      }),
    );
    const { restrictions } = await protectionOf(deps, { userId });
    expect(restrictions.length === 0).toBe((await needs(userId)) === "done");
  }
});

test("an answer is written down with its player's account in hand", async () => {
  const userId = await player();
  const { sql } = scratch.owner;
  const asked = await sql.begin(async (tx) => {
    await tx`lock table protection.screening in share mode`;
    const waiting = () => sql`
      select from pg_locks where relation = 'protection.screening'::regclass and not granted`;
    const answered = codeOf(screenPlayer({ ...deps, screening: saying(PASSED) }, { by, userId }));
    while ((await waiting()).length === 0) await Bun.sleep(5);
    const account = await sql`
      select from ledger.account where owner = ${userId} and purpose = 'available' for update skip locked`;
    return { answered, account };
  });
  expect(asked.account).toHaveLength(0);
  expect(await asked.answered).toBe("done");
  expect(await needs(userId)).toBe("done");
});

test("nobody passes while nobody answers, and nothing is written down", async () => {
  const userId = await player();
  const screening = saying();
  expect(await codeOf(screenPlayer({ ...deps, screening }, { by, userId }))).toBe("OVERLOADED");
  expect(await needs(userId)).toBe("SCREENING_REFUSED");
  expect((await protectionOf(deps, { userId })).restrictions).toEqual([]);
});

test("where everybody passes nobody is asked about, but must be there", async () => {
  const screening = allowAll;
  const userId = await player();
  expect(await codeOf(screenPlayer({ ...deps, screening }, { by, userId }))).toBe("done");
  const nobody = { by, userId: randomUUID() };
  expect(await codeOf(screenPlayer({ ...deps, screening }, nobody))).toBe("USER_NOT_FOUND");
  expect(await allowAll.screen(userId)).toEqual(PASSED);
});
