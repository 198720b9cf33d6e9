import { describe, expect, test } from "bun:test";
import { ApprovalRequired, constraintOf, decideApproval, getApproval } from "@closebell/database";
import { byTwo, errorOf } from "@closebell/database/testing";
import { SYSTEM_ACTORS, type By } from "@closebell/context";
import { advanceRounds } from "./advance-rounds.ts";
import { cancelSession, closeSessionAt } from "./calendar-exceptions.ts";
import { getRound } from "./get-round.ts";
import { holdRound } from "./hold-round.ts";
import { lockRound } from "./lock-round.ts";
import { settleRound } from "./settle-round.ts";
import { expectBalancedBooks, roundsHarness, type RoundsHarness } from "./testing/index.ts";

const CODE = "20261120";
const FRIDAY = Temporal.PlainDate.from("2026-11-20");

const opened = async (): Promise<RoundsHarness & { readonly first: By; readonly second: By }> => {
  const house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  await house.bet(await house.user(100n), "UP", 60n);
  await house.bet(await house.user(100n), "DOWN", 40n);
  const first = { ...house.by, reason: "the feed is wrong" };
  return { ...house, first, second: { ...first, actor: SYSTEM_ACTORS.chain } };
};

const asked = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await errorOf(attempt);
  if (error instanceof ApprovalRequired) return error.approvalId;
  throw error;
};

describe("one person alone", () => {
  test("neither voids nor settles nor locks a round nor changes the calendar; the round stays as it was", async () => {
    await using house = await opened();
    const { deps, first: by } = house;
    const session = { by, exchange: "NASDAQ", date: FRIDAY, source: "a notice" };
    const before = await getRound(deps, { code: CODE });
    const attempts = [
      () => settleRound(deps, { by, code: CODE, result: "VOID" }),
      () => lockRound(deps, { by, code: CODE }),
      () => cancelSession(deps, session),
      () => closeSessionAt(deps, { ...session, closesAt: "13:00" }),
    ];
    for (const attempt of attempts) {
      const approvalId = await asked(attempt());
      const own = decideApproval(deps, { by, approvalId, decision: "approve" });
      expect(await errorOf(own)).toMatchObject({ code: "FORBIDDEN" });
      expect(await asked(attempt())).toBe(approvalId);
    }
    await advanceRounds(deps, { by: house.by });
    expect(await getRound(deps, { code: CODE })).toEqual(before);
    await expectBalancedBooks(house);
  });

  test("can't use an approval of one result for another", async () => {
    await using house = await opened();
    const { deps, first: by, second } = house;
    await byTwo(lockRound)(deps, { by, code: CODE });
    const settle = (result: "UP" | "DOWN" | "VOID") =>
      settleRound(deps, { by, code: CODE, result });
    const approvalId = await asked(settle("DOWN"));
    await decideApproval(deps, { by: second, approvalId, decision: "approve" });
    expect(await asked(settle("UP"))).not.toBe(approvalId);
    expect(await asked(settle("VOID"))).not.toBe(approvalId);
    expect(await settle("DOWN")).toMatchObject({ outcome: "DOWN" });
    expect(await getApproval(deps, { approvalId })).toMatchObject({
      state: "USED",
      content: { market: "NDX", code: CODE, result: "DOWN" },
    });
    const [row] = await deps.database.sql`
      select outcome_approval::text as id from rounds.round where code = ${CODE}`;
    expect(row?.["id"]).toBe(approvalId);
    await expectBalancedBooks(house);
  });
});

test("the tables hold the application to two people, whatever it sends", async () => {
  await using house = await opened();
  const { deps, first: by, second } = house;
  const approvalId = await asked(settleRound(deps, { by, code: CODE, result: "VOID" }));
  await decideApproval(deps, { by: second, approvalId, decision: "approve" });
  // held: what is not, the silence of its sources may void
  await holdRound(deps, { by, code: CODE });
  const { sql } = deps.database;
  const outcome = `state = 'SETTLING', outcome = 'VOID', pool_up = 0, pool_down = 0, fee = 0, chunks = 0, chunk_bounds = '{}',
    settling_at = clock.now(), void_reason`;
  const cases = [
    [`update rounds.round set ${outcome} = 'OPERATOR'`, "round_outcome_takes_two"],
    [`update rounds.round set ${outcome} = 'NO_WINNERS'`, "round_outcome_takes_two"],
    [`update rounds.round set ${outcome} = 'CANCELLED_SESSION'`, "round_outcome_takes_two"],
    [`update rounds.round set ${outcome} = 'ORACLE_TIMEOUT'`, "round_outcome_takes_two"],
    [
      `update rounds.round set close = 101, previous_close = 100, ${outcome} = 'OPERATOR'`,
      "round_outcome_takes_two",
    ],
    [
      `update rounds.round set outcome_approval = '${approvalId}', ${outcome} = 'OPERATOR'`,
      "round_outcome_takes_two",
    ],
    [`update rounds.round set outcome_approval = '${approvalId}'`, "round_outcome_takes_two"],
    [
      `update rounds.round set outcome = 'UP', close = 101, previous_close = 100`,
      "round_outcome_none_before",
    ],
    [`update rounds.round set lock_at = lock_at - interval '1 minute'`, "round_lock_takes_two"],
    [
      `update rounds.round set lock_at = lock_at - interval '1 minute', lock_approval = '${approvalId}'`,
      "round_lock_takes_two",
    ],
    [`update rounds.round set lock_approval = '${approvalId}'`, "round_lock_takes_two"],
  ] as const;
  for (const [statement, constraint] of cases) {
    const refused = await errorOf(sql.unsafe(`${statement} where code = '${CODE}'`));
    expect([statement, constraintOf(refused)]).toEqual([statement, constraint]);
  }
  const insert = (approval: string) => `insert into rounds.calendar_exception
    values ('NASDAQ', '2026-11-20', 'closed', null, 'x', '${by.actor.id}', clock.now(), ${approval})`;
  for (const approval of ["null", `'${approvalId}'`]) {
    const refused = await errorOf(sql.unsafe(insert(approval)));
    expect(constraintOf(refused)).toBe("calendar_takes_two");
  }
});

test("prices take no second person for the outcome that they give, and no other, nor for another fee", async () => {
  const write = async (outcome: string, close: number, fee: number, [up, down]: number[]) => {
    await using house = await opened();
    const { sql } = house.deps.database;
    await house.scratch.setClock("2026-11-20T21:05:00Z");
    await sql`update rounds.round set state = 'LOCKED' where code = ${CODE}`;
    const side = outcome === "NO_WINNERS" ? "VOID" : outcome;
    const reason = side === "VOID" ? outcome : null;
    return sql`
      update rounds.round set state = 'SETTLING', outcome = ${side}, void_reason = ${reason}, previous_close = 100,
        close = ${close}, fee = ${fee}, pool_up = ${up ?? 0}, pool_down = ${down ?? 0}, chunks = 1, settling_at = clock.now()
      where code = ${CODE}`.then(() => "done", constraintOf);
  };
  const TWO = "round_outcome_takes_two";
  const cases = [
    [["UP", 101, 3, [500, 300]], "done"],
    [["DOWN", 101, 5, [500, 300]], TWO],
    [["DOWN", 100, 5, [500, 300]], "done"],
    [["UP", 100, 3, [500, 300]], TWO],
    [["NO_WINNERS", 101, 0, [500, 300]], TWO],
    [["NO_WINNERS", 101, 0, [0, 300]], "done"],
    [["UP", 101, 3, [0, 300]], TWO],
    [["UP", 101, 0, [0, 0]], "done"],
    [["UP", 101, 300, [500, 300]], "round_fee_by_its_rules"],
  ] as const;
  for (const [args, answer] of cases) {
    const [outcome, close, fee, pools] = args;
    expect([args, await write(outcome, close, fee, [...pools])]).toEqual([args, answer]);
  }
});
