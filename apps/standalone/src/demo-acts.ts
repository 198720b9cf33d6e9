import { SYSTEM_ACTORS } from "@closebell/context";
import { advanceChain, getWithdrawal, recordDeposit, requestWithdrawal } from "@closebell/custody";
import { snapshot } from "@closebell/database";
import { createUser, type User } from "@closebell/identity";
import { balancesOf, HOUSE, userAccount } from "@closebell/ledger";
import { formatUsdc, parseUsdc } from "@closebell/money";
import { advanceRounds, currentRounds, getRound, listUserBets, quote } from "@closebell/rounds";
import { type DemoStage, expectThat, refusal } from "./demo-stage.ts";

/** The players, by name. */
export type Cast = Readonly<Record<"alice" | "bob" | "carol", User>>;

const ROUND = "20261123";
const CHAIN = "simulated";
const SYMBOL = "NDX";
const ADDRESS = `0x${"a11ce".padStart(40, "0")}`;

const advance = async ({ runtime }: DemoStage): Promise<void> => {
  const by = { actor: SYSTEM_ACTORS.scheduler, requestId: runtime.ids.uuid() };
  await advanceRounds(runtime, { by });
};

const availableOf = async (stage: DemoStage, user: User): Promise<string> => {
  const account = userAccount(user.id, "available");
  const balances = await snapshot(stage.runtime, (tx) => balancesOf(tx, [account]));
  return formatUsdc(balances.get(account) ?? parseUsdc("0"));
};

/** The morning: a round is open, and what its closes will be is set, since nobody publishes any here. */
export const morning = async (stage: DemoStage): Promise<void> => {
  const { runtime } = stage;
  await advance(stage);
  const closes = [
    ["2026-11-20", "24239.57"],
    ["2026-11-23", "24854.10"],
  ] as const;
  for (const [date, price] of closes) {
    await runtime.simulation?.setClose({
      by: stage.by(),
      symbol: SYMBOL,
      date: Temporal.PlainDate.from(date),
      price,
    });
  }
  const { open } = await currentRounds(runtime, {});
  expectThat("the open round", open?.code, ROUND);
  await stage.tell(
    "Monday, 2026-11-23, 08:00 in New York. The round NDX 20261123 takes bets until 15:59:59.",
    "Will the Nasdaq-100 close above Friday's close? (Prices here are simulated.)",
  );
};

/** Three players arrive and deposit; one deposit is told twice. */
export const arrive = async (stage: DemoStage): Promise<Cast> => {
  const { runtime } = stage;
  const newUser = (handle: string) => createUser(runtime, { by: stage.by(), handle });
  const cast = {
    alice: await newUser("alice"),
    bob: await newUser("bob"),
    carol: await newUser("carol"),
  };
  const amountMicroUsdc = parseUsdc("250");
  const deposit = (user: User, tx: string) =>
    recordDeposit(runtime, {
      by: stage.by(),
      chain: CHAIN,
      userId: user.id,
      tx,
      log: 0,
      amountMicroUsdc,
    });
  await deposit(cast.alice, "0xa");
  await deposit(cast.bob, "0xb");
  await deposit(cast.carol, "0xc");
  const again = await deposit(cast.carol, "0xc");
  expectThat("the repeated deposit's `replayed`", again.replayed, true);
  expectThat("carol's balance", await availableOf(stage, cast.carol), "250.000000");
  await stage.tell(
    "alice, bob and carol each deposit 250 USDC on the simulated chain.",
    "carol's deposit is told twice: the second time its first answer comes back.",
  );
  return cast;
};

/** Bets on both sides, one of them sent twice, one beyond the balance, and a quote. */
export const bet = async (stage: DemoStage, cast: Cast): Promise<void> => {
  const { runtime, intake } = stage;
  const place = (user: User, side: "UP" | "DOWN", usdc: string, idempotencyKey: string) =>
    intake.place({
      by: stage.by(),
      userId: user.id,
      roundCode: ROUND,
      side,
      stake: parseUsdc(usdc),
      idempotencyKey,
    });
  await place(cast.alice, "UP", "100", "first");
  await place(cast.bob, "UP", "50", "first");
  const receipt = await place(cast.carol, "DOWN", "90", "first");
  const again = await place(cast.carol, "DOWN", "90", "first");
  expectThat("the repeated bet", again.bet.id, receipt.bet.id);
  const beyond = await refusal("INSUFFICIENT_FUNDS", place(cast.bob, "DOWN", "1000", "second"));
  const { sides, round } = await quote(runtime, { stake: parseUsdc("10") });
  expectThat("the pool UP", formatUsdc(round.poolUp), "150.000000");
  expectThat("the pool DOWN", formatUsdc(round.poolDown), "90.000000");
  await stage.tell(
    "alice bets 100 UP, bob 50 UP, carol 90 DOWN.",
    "carol's client sends its bet twice with one key: one bet.",
    `bob tries 1000 more. ${beyond}`,
    `A quote for 10 USDC more: UP would pay ${formatUsdc(sides.UP.payout)}, DOWN ${formatUsdc(sides.DOWN.payout)}.`,
  );
};

/** One second before the close the round locks, whether or not anybody has noticed. */
export const lock = async (stage: DemoStage, cast: Cast): Promise<void> => {
  const { runtime, intake } = stage;
  await stage.moveTo("2026-11-23T20:59:59Z");
  const late = await refusal(
    "ROUND_NOT_OPEN",
    intake.place({
      by: stage.by(),
      userId: cast.carol.id,
      roundCode: ROUND,
      side: "UP",
      stake: parseUsdc("10"),
      idempotencyKey: "late",
    }),
  );
  await advance(stage);
  const round = await getRound(runtime, { market: "NDX", code: ROUND });
  expectThat("the round's state", round.state, "LOCKED");
  const { open } = await currentRounds(runtime, {});
  expectThat("the next open round", open?.code, "20261124");
  await stage.tell(
    "15:59:59. The round locks, and that of Tuesday opens in the same moment.",
    `carol tries to change sides. ${late}`,
  );
};

/** After the close the price is asked for, and everybody is paid. */
export const settle = async (stage: DemoStage, cast: Cast): Promise<void> => {
  const { runtime } = stage;
  await stage.moveTo("2026-11-23T21:05:00Z");
  await advance(stage);
  const round = await getRound(runtime, { market: "NDX", code: ROUND });
  expectThat("the round's state", round.state, "SETTLED");
  expectThat("the outcome", round.outcome, "UP");
  const house = await snapshot(runtime, (tx) => balancesOf(tx, [HOUSE.fees]));
  expectThat("the fee", formatUsdc(house.get(HOUSE.fees) ?? parseUsdc("0")), "0.900000");
  // 89.10 of carol's 90 go to 150 of UP: 0.594 for each
  expectThat("alice's balance", await availableOf(stage, cast.alice), "309.400000");
  expectThat("bob's balance", await availableOf(stage, cast.bob), "279.700000");
  expectThat("carol's balance", await availableOf(stage, cast.carol), "160.000000");
  const bets = await listUserBets(runtime, { userId: cast.alice.id, limit: 10 });
  const [won] = bets.items;
  expectThat("alice's bet", won?.state, "WON");
  await stage.tell(
    `16:05. Friday's close was ${round.previousClose}, today's is ${round.close}: UP.`,
    "Fee: 1 % of the losing pool, 0.90. The other 89.10 go to the winners by their stakes:",
    "alice gets 159.40 for her 100, bob 79.70 for his 50. Sum of payouts + fee = both pools.",
  );
};

/** A winner takes money out. */
export const withdraw = async (stage: DemoStage, cast: Cast): Promise<void> => {
  const { runtime } = stage;
  const { withdrawal } = await requestWithdrawal(runtime, {
    by: stage.by(),
    userId: cast.alice.id,
    chain: CHAIN,
    to: ADDRESS,
    amountMicroUsdc: parseUsdc("300"),
    idempotencyKey: "out",
  });
  for (let n = 0; n < 3; n += 1) await advanceChain(runtime, { by: stage.by() });
  const { state } = await getWithdrawal(runtime, { withdrawalId: withdrawal.id });
  expectThat("the withdrawal", state, "CONFIRMED");
  expectThat("alice's balance", await availableOf(stage, cast.alice), "9.400000");
  await stage.tell(
    "alice withdraws 300 USDC: requested, approved, sent, confirmed by the simulated chain.",
  );
};
