import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { createReadiness } from "./readiness.ts";

const codeOf = (check: Promise<void>): Promise<string> =>
  check.then(
    () => "ready",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

/** A database that answers when it is told to, and counts who asks. */
const scene = () => {
  let asked = 0;
  let time = 0;
  let answer = Promise.withResolvers<void>();
  const readiness = createReadiness({
    askDatabase: () => {
      asked += 1;
      return answer.promise;
    },
    intake: { waiting: () => 0 },
    intakeFullAt: 1,
    now: () => time,
  });
  return {
    pass: (ms: number) => (time += ms),
    check: () => codeOf(readiness.check()),
    asked: () => asked,
    answers: () => answer.resolve(),
    fails: () => answer.reject(new DomainError("DATABASE_UNAVAILABLE", "Gone.")),
    hangs: () => (answer = Promise.withResolvers<void>()),
  };
};

test("however many ask, the database is asked once", async () => {
  const s = scene();
  const asking = Array.from({ length: 100 }, s.check);
  s.answers();
  expect(new Set(await Promise.all(asking))).toEqual(new Set(["ready"]));
  s.pass(249);
  expect([await s.check(), s.asked()]).toEqual(["ready", 1]);
  s.pass(1);
  expect([await s.check(), s.asked()]).toEqual(["ready", 2]);
});

test("a failure is told to all who wait for it, and the next asks anew", async () => {
  const s = scene();
  const asking = Array.from({ length: 100 }, s.check);
  s.fails();
  expect(new Set(await Promise.all(asking))).toEqual(new Set(["DATABASE_UNAVAILABLE"]));
  expect(s.asked()).toBe(1);
  s.hangs();
  const next = s.check();
  s.answers();
  expect([await next, s.asked()]).toEqual(["ready", 2]);
});
