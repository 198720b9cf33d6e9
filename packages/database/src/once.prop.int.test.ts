import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { countingIds, memoryEvents, silentLogger } from "@closebell/context/testing";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { once } from "./once.ts";
import { scratchDatabase } from "./testing/index.ts";
import { type Deps, transact } from "./transact.ts";

const sent = fc.record({
  caller: fc.constantFrom(
    "00000000-0000-7000-8000-00000000000a",
    "00000000-0000-7000-8000-00000000000b",
  ),
  route: fc.constantFrom("POST /a", "POST /b"),
  key: fc.constantFrom("k1", "k2"),
  body: fc.constantFrom({ n: 1 }, { n: 2 }),
  fails: fc.boolean(),
});
type Sent = typeof sent extends fc.Arbitrary<infer T> ? T : never;

const NO = new DomainError("INSUFFICIENT_FUNDS", "Too little.");

const send = async (deps: Deps, run: number, { fails, ...request }: Sent) => {
  const route = `${request.route} ${run}`;
  try {
    const act = (on: Deps) =>
      transact(on, async (work) => {
        const [row] = await work.tx.execute<{ n: bigint }>(
          sql`insert into database.deed (route) values (${route}) returning n`,
        );
        if (fails) throw NO;
        return { deed: String(row?.n), body: request.body };
      });
    // however busy the machine is
    return await once(deps, { ...request, route }, act, 30_000);
  } catch (error) {
    return error instanceof DomainError ? error.code : error;
  }
};

const idOf = ({ caller, route, key }: Sent): string => [caller, route, key].join(" ");

test("whatever is sent at once, in whatever order, under each key one thing is done and everybody gets its answer", async () => {
  await using scratch = await scratchDatabase({ max: 5 });
  await scratch.owner
    .sql`create table database.deed (n bigint generated always as identity, route text)`;
  await scratch.owner.sql`grant select, insert on database.deed to closebell_application`;
  const deps: Deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: countingIds(),
    log: silentLogger,
  };
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(sent, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      async (waves) => {
        run += 1;
        const kept = new Map<string, { answer: unknown; body: string }>();
        for (const wave of waves) {
          const answers = await Promise.all(wave.map((one) => send(deps, run, one)));
          for (const [n, one] of wave.entries()) {
            const got = answers[n];
            if (typeof got !== "object" || got === null || !("answer" in got)) continue;
            const first = kept.get(idOf(one)) ?? {
              answer: got.answer,
              body: JSON.stringify(one.body),
            };
            kept.set(idOf(one), first);
            expect(got.answer).toEqual(first.answer);
            expect(JSON.stringify(one.body)).toBe(first.body);
          }
          for (const [n, one] of wave.entries()) {
            const first = kept.get(idOf(one));
            const same = first?.body === JSON.stringify(one.body);
            if (answers[n] === "IDEMPOTENCY_KEY_REUSED") expect(same).toBe(false);
            else if (answers[n] === NO.code) expect(one.fails).toBe(true);
            else expect(same).toBe(true);
          }
        }
        const [row] = await scratch.owner.sql<{ n: bigint }[]>`
          select count(*) as n from database.deed where route like ${`% ${run}`}`;
        expect(row?.n).toBe(BigInt(kept.size));
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
