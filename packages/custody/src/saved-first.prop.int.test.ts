import { expect, test } from "bun:test";
import { sqlStateOf } from "@closebell/database";
import fc from "fast-check";
import { advanceChain } from "./advance-chain.ts";
import { setPayoutWait } from "./payout-wait.ts";
import { by, custodyScene, outside } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

/** Whoever has the service's login, and no verb between them and the database. */
const REFUSED = "42501";

const WAIT = 24;
const COLD = `0x${"c".repeat(40)}`;
const THIEF = outside(0xbad);

/** A real chain with money, on record; and somebody at the database. */
const openScene = async () => {
  const chain = scriptedChain({ simulated: false, hotUsdc: 1_000n, coldWallet: COLD });
  const scene = await custodyScene(chain);
  await setPayoutWait({ database: scene.scratch.owner }, WAIT);
  await scene.advance();
  let now = Temporal.Instant.from("2026-11-20T12:00:00Z");
  return {
    scene,
    now: () => now,
    async wait(time: Temporal.DurationLike) {
      now = now.add(time);
      await scene.scratch.setClock(now.toString());
    },
    /** Does it as the service's role. Answers "done", "nothing", or why not. */
    attempt: (statement: string): Promise<string> =>
      scene.scratch.database.sql.unsafe(statement).then(
        (rows) => (rows.count === 0 ? "nothing" : "done"),
        (error: unknown) => sqlStateOf(error) ?? String(error),
      ),
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
};

type Open = Awaited<ReturnType<typeof openScene>>;

const text = (value: string): string => `'${value}'`;

/** What else a row may be claimed to be. */
const FORGERIES = ["saved_at", "usable_from", "removed_at"] as const;

interface Step {
  readonly does: "save" | "forge" | "remove" | "tamper" | "wait" | "withdraw";
  readonly user: number;
  readonly address: number;
  readonly n: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    does: fc.constantFrom<Step["does"]>(
      "save",
      "save",
      "forge",
      "remove",
      "tamper",
      "wait",
      "wait",
      "withdraw",
      "withdraw",
      "withdraw",
    ),
    user: fc.nat(1),
    address: fc.nat(2),
    n: fc.nat(60),
  }),
  { minLength: 8, maxLength: 40 },
);

/** Everything that would make an address count that should not, or another one be paid. None may change anything. */
const TAMPERING = [
  "update custody.payout_address set usable_from = saved_at",
  "update custody.payout_address set saved_at = saved_at - interval '2 days'",
  "update custody.payout_address set address = (select min(address) from custody.wallet)",
  "update custody.payout_address set user_id = (select min(user_id::text)::uuid from custody.payout_address)",
  "update custody.payout_address set chain = 'scripted', id = gen_random_uuid()",
  "update custody.payout_address set removed_at = null where removed_at is not null",
  "delete from custody.payout_address",
  "truncate custody.payout_address cascade",
  "update custody.payout_wait set hours = 0",
  "insert into custody.payout_wait (id, hours) values (2, 0)",
  "delete from custody.payout_wait",
  "update custody.chain set simulated = true",
  "insert into custody.chain (name, simulated) values ('scripted', true) on conflict (name) do update set simulated = true",
  "delete from custody.chain",
  "update custody.withdrawal set to_address = (select min(address) from custody.payout_address)",
  "update custody.withdrawal set user_id = gen_random_uuid(), chain = 'made-up'",
  "update custody.withdrawal set payout_address = null",
  "alter table custody.withdrawal disable trigger needs_payout_address",
  "alter table custody.payout_address alter column usable_from set default now()",
  "drop trigger dated on custody.payout_address",
  "create or replace function clock.now() returns timestamptz language sql return now()",
] as const;

/** An address that is saved: whose, since when, and from when it counts. */
interface Kept extends Record<string, unknown> {
  readonly key: string;
  readonly since: Temporal.Instant;
  readonly until: Temporal.Instant;
}

const tell = async (open: Open, story: readonly Step[]): Promise<void> => {
  const { scene, attempt } = open;
  const users = [await scene.player(), await scene.player()];
  const others = await scene.addressOf(users[1] ?? "");
  const addresses = [outside(1), outside(2), others];
  const saved = new Map<string, Temporal.Instant>();
  let paid = 0;
  const columns = "id, user_id, chain, address";
  for (const [at, { does, user, address: which, n }] of story.entries()) {
    const [userId = "", address = ""] = [users[user], addresses[which]];
    const key = `${userId} ${address}`;
    const values = `gen_random_uuid(), ${text(userId)}, 'scripted', ${text(address)}`;
    const since = saved.get(key);
    switch (does) {
      case "save": {
        const made = await attempt(
          `insert into custody.payout_address (${columns}) values (${values})`,
        );
        expect(made).toBe(since === undefined ? "done" : "23505");
        saved.set(key, since ?? open.now());
        break;
      }
      case "forge": {
        const what = FORGERIES[n % FORGERIES.length] ?? "saved_at";
        const forged = `insert into custody.payout_address (${columns}, ${what})
          values (${values}, clock.now() - interval '${n} days')`;
        expect([what, await attempt(forged)]).toEqual([what, REFUSED]);
        break;
      }
      case "remove": {
        // whatever moment is claimed
        const removed = await attempt(`update custody.payout_address
          set removed_at = clock.now() + ${n - 30} * interval '1 hour'
          where user_id = ${text(userId)} and address = ${text(address)} and removed_at is null`);
        expect(removed).toBe(since === undefined ? "nothing" : "done");
        saved.delete(key);
        break;
      }
      case "tamper": {
        const statement = TAMPERING[n % TAMPERING.length] ?? "";
        expect([statement, await attempt(statement)]).toEqual([
          statement,
          expect.not.stringMatching("done"),
        ]);
        break;
      }
      case "wait":
        await open.wait({ minutes: n * 30 });
        break;
      case "withdraw": {
        const spelled = n % 7 === 0 ? address.toUpperCase().replace("X", "x") : address;
        const created = `clock.now() + ${n - 30} * interval '1 day'`;
        const claimed = `(select id from custody.payout_address order by id offset ${n % 3} limit 1)`;
        const asked = await attempt(`insert into custody.withdrawal
          (id, user_id, chain, to_address, amount, idempotency_key, state, created_at, updated_at, payout_address)
          values (gen_random_uuid(), ${text(userId)}, 'scripted', ${text(spelled)}, 1, 'k${at}', 'REQUESTED', ${created},
            ${created}, ${claimed})`);
        const ripe =
          since !== undefined &&
          Temporal.Instant.compare(since.add({ hours: WAIT }), open.now()) <= 0;
        const may = ripe && spelled === address && address !== others;
        expect([key, spelled, asked]).toEqual([key, spelled, may ? "done" : "23514"]);
        if (may) paid += 1;
        break;
      }
    }
  }
  const { sql } = scene.scratch.owner;
  const kept = await sql<Kept[]>`
    select user_id || ' ' || address as key, saved_at as since, usable_from as until from custody.payout_address
    where removed_at is null and user_id = any(${users}::uuid[])`;
  const expected = [...saved].map(([key, since]) => ({
    key,
    since,
    until: since.add({ hours: WAIT }),
  }));
  const byKey = (a: Kept, b: Kept) => a.key.localeCompare(b.key);
  expect([...kept].toSorted(byKey)).toEqual(expected.toSorted(byKey));
  const asked = await sql`
    select from custody.withdrawal w join custody.payout_address p on p.id = w.payout_address and p.user_id = w.user_id
      and p.address = w.to_address and p.chain = w.chain
    where w.user_id = any(${users}::uuid[])`;
  expect(asked).toHaveLength(paid);
};

test("whoever has the service's login asks for payments only to what its user saved, once it has waited", async () => {
  await using open = await openScene();
  const property = fc.asyncProperty(steps, (story) => tell(open, story));
  await fc.assert(property, { numRuns: 25 });
}, 240_000);

/** An address of somebody's that has waited. */
const ripe = async ({ scene, attempt, wait }: Open, address: string): Promise<string> => {
  const userId = await scene.player();
  await attempt(`insert into custody.payout_address (id, user_id, chain, address)
    values (gen_random_uuid(), ${text(userId)}, 'scripted', ${text(address)})`);
  await wait({ hours: WAIT });
  return userId;
};

const withdrawal = (userId: string, address: string, chain = "scripted"): string =>
  `insert into custody.withdrawal (id, user_id, chain, to_address, amount, idempotency_key, state, created_at, updated_at)
    values (gen_random_uuid(), ${text(userId)}, ${text(chain)}, ${text(address)}, 1, gen_random_uuid()::text, 'REQUESTED',
      clock.now(), clock.now())`;

const removal = (userId: string): string =>
  `update custody.payout_address set removed_at = clock.now() where user_id = ${text(userId)} and removed_at is null`;

test("an address that is removed is not asked for, neither at the same moment nor by an older view of the world", async () => {
  await using open = await openScene();
  const { scene, attempt } = open;
  const { sql } = scene.scratch.database;
  const stale = await ripe(open, outside(3));
  const seen = sql.begin("isolation level repeatable read", async (tx) => {
    await tx`select from custody.payout_address`;
    expect(await attempt(removal(stale))).toBe("done");
    await tx.unsafe(withdrawal(stale, outside(3)));
  });
  expect(await seen.catch(sqlStateOf)).toBe("40001");
  const racing = await ripe(open, outside(4));
  let asked: Promise<string> | undefined;
  await sql.begin(async (tx) => {
    await tx.unsafe(removal(racing));
    asked = attempt(withdrawal(racing, outside(4)));
    expect(await Promise.race([asked, Bun.sleep(200)])).toBeUndefined();
  });
  expect(await asked).toBe("23514");
});

test("a real chain is not made a simulated one by whoever names it first", async () => {
  await using open = await openScene();
  const { scene, attempt } = open;
  const userId = await scene.player();
  const name = "late";
  expect(
    await attempt(`insert into custody.chain (name, simulated) values (${text(name)}, true)`),
  ).toBe("done");
  expect(await attempt(withdrawal(userId, THIEF, name))).toBe("done");
  const late = scriptedChain({ name, simulated: false, hotUsdc: 1_000n });
  const { problems, ...done } = await advanceChain({ ...scene.deps, chains: [late] }, { by });
  const message = "The books of late are of simulated, not of real money.";
  expect(problems).toEqual([{ chain: name, step: "deposits", message }]);
  expect(done).toMatchObject({ approved: 0, broadcast: 0 });
});

/** A payment as whoever has the login writes it down: under the sender's next number. */
const forge = (
  { attempt }: Open,
  sender: string,
  purpose: string,
  subject: string | null,
  order: object,
  amount = 0,
) =>
  attempt(`with taken as (
      insert into custody.sender (chain, address, first_nonce, next_nonce) values ('scripted', ${text(sender)}, 0, 1)
      on conflict (chain, address) do update set next_nonce = custody.sender.next_nonce + 1
      returning next_nonce - 1 as nonce)
    insert into custody.payment (id, chain, sender, nonce, purpose, subject, instruction, amount, gas, state, created_at)
    select gen_random_uuid(), 'scripted', ${text(sender)}, nonce, ${text(purpose)},
      ${subject === null ? "null" : text(subject)}, ${text(JSON.stringify(order))}, ${amount}, 100000, 'ASSIGNED', clock.now()
    from taken`);

test("nor is anything else paid to anybody: what does not stay in the house is refused or never signed", async () => {
  await using open = await openScene();
  const { scene, attempt } = open;
  const { chain } = scene;
  const { hotWallet } = chain;
  const deposited = await scene.addressOf(await scene.player(500n));
  const usdc = { kind: "usdc", to: THIEF, amount: "5" };
  for (const [purpose, subject] of [
    ["fill", null],
    ["gas", THIEF],
    ["sweep", deposited],
  ] as const) {
    const refused = await forge(open, hotWallet, purpose, subject, usdc, 5);
    expect([purpose, refused]).toEqual([purpose, "23514"]);
  }
  const gas = { kind: "gas", to: THIEF, wei: "1000" };
  expect(await forge(open, hotWallet, "gas", deposited, gas)).toBe("23514");
  // a payment that is given up is one of nothing
  expect(await forge(open, hotWallet, "cold", null, { ...usdc, to: COLD }, 5)).toBe("done");
  const given = `update custody.payment set purpose = 'fill', instruction = ${text(JSON.stringify(usdc))} where purpose = 'cold'`;
  expect(await attempt(given)).toBe("23514");
  await scene.settle();
  expect(BigInt(chain.usdcOf(COLD))).toBe(5n);
  // these the database takes, and the signer does not
  expect(
    await attempt(`insert into custody.house_address (chain, address, purpose, since)
    values ('scripted', ${text(THIEF)}, 'cold', clock.now())`),
  ).toBe("done");
  expect(await forge(open, hotWallet, "cold", null, usdc, 5)).toBe("done");
  expect(await forge(open, deposited, "sweep", deposited, usdc, 5)).toBe("done");
  expect(
    await attempt(`insert into custody.wallet (user_id, chain, index, address, created_at)
    values (${text(await scene.player())}, 'scripted', 77, ${text(THIEF)}, clock.now())`),
  ).toBe("done");
  expect(await forge(open, hotWallet, "gas", THIEF, gas)).toBe("done");
  const { problems } = await scene.advance();
  const told = problems.map(({ message }) => message.replace(/[\da-f-]{36}/, "…"));
  expect(told.toSorted()).toEqual(
    ["cold", "gas", "sweep"].map(
      (purpose) =>
        `The payment … (${purpose}) goes to no wallet of this configuration. It was given up: unless the wallets were changed meanwhile, see who has the database.`,
    ),
  );
  await scene.settle();
  expect(BigInt(chain.usdcOf(THIEF))).toBe(0n);
  expect(await chain.gasBalance(THIEF)).toBe(0n);
});

test("what has left for a wallet that was changed meanwhile gets no dearer, and its bytes go on their way again", async () => {
  await using open = await openScene();
  const { scene } = open;
  const { chain } = scene;
  const order = { kind: "usdc", to: COLD, amount: "5" };
  expect(await forge(open, chain.hotWallet, "cold", null, order, 5)).toBe("done");
  await scene.advance();
  const sent = chain.miner.waiting();
  expect(sent).toHaveLength(1);
  const changed = Object.defineProperty(Object.create(chain), "coldWallet", { value: outside(9) });
  const policy = { ...scene.deps.policy, replaceAfterSeconds: 0 };
  const { problems } = await advanceChain({ ...scene.deps, policy, chains: [changed] }, { by });
  expect(problems).toMatchObject([{ step: "broadcast" }]);
  expect(problems[0]?.message).toContain("It has left, and is not signed again");
  expect(chain.miner.waiting()).toEqual(sent);
  await scene.settle();
  expect(BigInt(chain.usdcOf(COLD))).toBe(5n);
});
