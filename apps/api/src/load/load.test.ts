import { afterEach, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import fc from "fast-check";
import { createLoad, type Load } from "./load.ts";
import { requestKind, type RequestKind } from "./request-kind.ts";

const OPTIONS = { requestsAtOnce: 20, answerWithinMs: 10_000, stalledAfterMs: 2_000 };

let load: Load | undefined;
afterEach(() => load?.close());

/** A load on a clock of its own, and requests that are answered when the test says so. */
const scene = (change: Partial<typeof OPTIONS> = {}) => {
  let time = 1_000;
  const refused: string[] = [];
  const made = createLoad({
    ...OPTIONS,
    ...change,
    now: () => time,
    refused: (reason) => void refused.push(reason),
  });
  load = made;
  return {
    load: made,
    refused,
    pass(ms: number) {
      time += ms;
      made.sweep();
    },
    /** With `body`, of a request that has it once that is settled. */
    ask(kind: RequestKind = "work", body?: Promise<void>) {
      const answer = Promise.withResolvers<Response>();
      const outcome = (async () => {
        try {
          return (
            await made.carry(kind, async (slot) => {
              if (body !== undefined) await slot.releaseWhile(body);
              return answer.promise;
            })
          ).status;
        } catch (error) {
          return error instanceof DomainError ? error.code : error;
        }
      })();
      return { ...answer, outcome };
    },
  };
};

const ok = () => new Response("ok");
const peek = (asked: { readonly outcome: Promise<unknown> }) => Bun.peek(asked.outcome);
const settled = () => Bun.sleep(0);

test("takes on as many requests as it may, refuses the next at once, and then takes on again", async () => {
  const s = scene();
  const asked = Array.from({ length: 20 }, () => s.ask());
  expect(await s.ask().outcome).toBe("OVERLOADED");
  // what waits elsewhere or costs nothing is not counted
  for (const kind of ["batched", "polled", "watch"] as const) {
    const other = s.ask(kind);
    other.resolve(ok());
    expect(await other.outcome).toBe(200);
  }
  asked[0]?.resolve(ok());
  expect(await asked[0]?.outcome).toBe(200);
  const next = s.ask();
  await settled();
  expect(peek(next)).toBe(next.outcome);
  expect(await s.ask().outcome).toBe("OVERLOADED");
});

test("whoever waits for a body takes none of them, and one again once it is there", async () => {
  const s = scene({ requestsAtOnce: 1 });
  const [first, second, broken] = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const one = s.ask("work", first?.promise);
  const two = s.ask("work", second?.promise);
  const three = s.ask("work", broken?.promise);
  broken?.reject("gone");
  expect(await three.outcome).toBe("gone");
  first?.resolve();
  await settled();
  second?.resolve();
  expect(await two.outcome).toBe("OVERLOADED");
  one.resolve(ok());
  expect(await one.outcome).toBe(200);
  const last = s.ask();
  last.resolve(ok());
  expect(await last.outcome).toBe(200);
});

test("a body that comes after its request was given up takes nothing", async () => {
  const s = scene({ requestsAtOnce: 1 });
  const body = Promise.withResolvers<void>();
  const late = s.ask("work", body.promise);
  s.pass(10_001);
  expect(await late.outcome).toBe("DATABASE_UNAVAILABLE");
  body.resolve();
  await settled();
  const next = s.ask();
  next.resolve(ok());
  expect(await next.outcome).toBe(200);
});

test("gives up what takes too long, the oldest first, and what it says later is not heard", async () => {
  const s = scene();
  const old = s.ask();
  const poll = s.ask("polled");
  s.pass(6_000);
  const young = s.ask("batched");
  s.pass(4_000);
  expect(await old.outcome).toBe("DATABASE_UNAVAILABLE");
  expect(await poll.outcome).toBe("DATABASE_UNAVAILABLE");
  old.resolve(ok());
  young.resolve(ok());
  expect(await young.outcome).toBe(200);
});

test("while nothing is answered, new requests are refused at once, until one is or all are given up", async () => {
  const s = scene();
  const waiting = Array.from({ length: 10 }, (_, n) => s.ask(n % 2 === 0 ? "batched" : "work"));
  s.pass(2_000);
  s.pass(1);
  const probe = s.ask();
  for (const kind of ["batched", "work"] as const)
    expect(await s.ask(kind).outcome).toBe("OVERLOADED");
  // a refusal needs no database, so it says nothing of it
  waiting[0]?.resolve(new Response("", { status: 422 }));
  expect(await waiting[0]?.outcome).toBe(422);
  expect(await s.ask().outcome).toBe("OVERLOADED");
  probe.resolve(new Response("", { status: 409 }));
  expect(await probe.outcome).toBe(409);
  const next = s.ask();
  s.pass(8_000);
  expect(await waiting[5]?.outcome).toBe("DATABASE_UNAVAILABLE");
  next.resolve(ok());
  expect(await next.outcome).toBe(200);
});

test("whoever only pretends to wait shuts nobody out", async () => {
  const s = scene();
  for (let n = 0; n < 15; n += 1) s.ask();
  for (let n = 0; n < 3; n += 1) {
    s.pass(3_000);
    const probe = s.ask("batched");
    probe.resolve(ok());
    expect(await probe.outcome).toBe(200);
  }
});

test("one slow request is no stall, however slow", async () => {
  const s = scene();
  s.ask();
  for (let n = 0; n < 9; n += 1) {
    s.pass(1_000);
    const quick = s.ask();
    quick.resolve(ok());
    expect(await quick.outcome).toBe(200);
  }
});

test("whoever comes after a quiet hour was not waiting", async () => {
  const s = scene();
  s.pass(3_600_000);
  const many = Array.from({ length: 15 }, () => s.ask());
  for (const one of many) one.resolve(ok());
  expect(await Promise.all(many.map(({ outcome }) => outcome))).toEqual(many.map(() => 200));
});

test("at the end all that waits is answered", async () => {
  const s = scene();
  const waiting = (["work", "batched", "polled"] as const).map((kind) => s.ask(kind));
  s.load.giveUp();
  for (const { outcome } of waiting) expect(await outcome).toBe("DATABASE_UNAVAILABLE");
});

test("what fails, at once or later, fails as it did", async () => {
  const s = scene();
  const mine = new Error("mine");
  const later = s.ask();
  later.reject(mine);
  expect(await later.outcome).toBe(mine);
  const atOnce = () => {
    throw mine;
  };
  const outcome = Promise.resolve(s.load.carry("work", atOnce)).catch((error: unknown) => error);
  expect(await outcome).toBe(mine);
  expect(await s.load.carry("work", ok)).toBeInstanceOf(Response);
});

test("never more work at once than allowed, nothing waits longer than allowed, and every request ends", async () => {
  const kinds = fc.constantFrom<RequestKind[]>("work", "batched", "polled");
  const step = fc.oneof(
    fc.record({ kind: kinds }),
    fc.record({ answer: fc.nat(50) }),
    fc.record({ pass: fc.nat(4_000) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const s = scene({ requestsAtOnce: 5 });
      let time = 0;
      const open: { kind: RequestKind; since: number; done: boolean; answer: () => void }[] = [];
      const all: Promise<unknown>[] = [];
      const standing = () => open.filter(({ done }) => !done);
      for (const one of steps) {
        if ("pass" in one) {
          time += one.pass;
          s.pass(one.pass);
        } else if ("answer" in one) {
          standing()[one.answer]?.answer();
        } else {
          const before = standing().filter(({ kind }) => kind === "work").length;
          const asked = s.ask(one.kind);
          const entry = {
            kind: one.kind,
            since: time,
            done: false,
            answer: () => asked.resolve(ok()),
          };
          open.push(entry);
          all.push(asked.outcome.then((outcome) => ((entry.done = true), outcome)));
          await settled();
          if (one.kind === "work" && before >= 5) expect(entry.done).toBe(true);
          if (one.kind === "polled") expect(entry.done).toBe(false);
        }
        await settled();
        for (const { since } of standing()) expect(time - since).toBeLessThan(10_000);
        expect(standing().filter(({ kind }) => kind === "work").length).toBeLessThanOrEqual(5);
      }
      s.load.giveUp();
      s.load.close();
      for (const outcome of await Promise.all(all))
        expect([200, "OVERLOADED", "DATABASE_UNAVAILABLE"]).toContain(
          String(outcome) === "200" ? 200 : String(outcome),
        );
    }),
    { numRuns: 100 },
  );
});

test("whoever is turned away is told of once, with the reason", async () => {
  const s = scene({ requestsAtOnce: 12 });
  const waiting = Array.from({ length: 12 }, () => s.ask());
  expect(await s.ask().outcome).toBe("OVERLOADED");
  s.pass(2_001);
  waiting.push(s.ask("batched"));
  expect(await s.ask("batched").outcome).toBe("OVERLOADED");
  expect(s.refused).toEqual(["busy", "stalled"]);
  s.pass(8_000);
  s.pass(1);
  expect(s.refused.slice(2)).toEqual(Array.from({ length: 12 }, () => "late"));
  s.load.giveUp();
  s.load.giveUp();
  expect(s.refused.slice(14)).toEqual(["stopping"]);
  for (const { outcome } of waiting) expect(await outcome).toBe("DATABASE_UNAVAILABLE");
});

test("what nobody thought of is work", () => {
  expect(requestKind("GET", "/health/ready")).toBe("watch");
  expect(requestKind("HEAD", "/tvl")).toBe("polled");
  expect(requestKind("POST", "/bets")).toBe("batched");
  expect(requestKind("GET", "/bets/{betId}")).toBe("work");
  expect(requestKind("POST", "/tvl")).toBe("work");
});
