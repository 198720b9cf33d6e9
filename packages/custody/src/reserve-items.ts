import { snapshot } from "@closebell/database";
import { custodyAccount } from "@closebell/ledger";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { askChain } from "./ask-chain.ts";
import type { BlockRef } from "./block-ref.ts";
import type { Chain } from "./chain.ts";
import type { CustodyDeps } from "./custody-deps.ts";

/** Something that stands on only one side: on the chain and not yet in the books, or the other way round. */
export interface ReserveItem {
  readonly kind: "incoming-not-credited" | "outgoing-not-booked" | "booked-above-block";
  /** `deposit/<id>`, `funding/<id>`, `drawing/<id>` or `withdrawal/<id>`. */
  readonly ref: string;
  readonly tx: string | null;
  /** What it adds to the books to make what is on the chain: below zero for what has left us, or was booked too early. */
  readonly amountMicroUsdc: MicroUsdc;
}

interface Row extends Record<string, unknown> {
  readonly kind: ReserveItem["kind"];
  readonly ref: string;
  readonly tx: string | null;
  readonly amount: string;
}

interface Unbooked extends Record<string, unknown> {
  readonly ref: string;
  readonly amount: string;
  readonly hashes: readonly string[];
}

const booked = (chain: string, block: bigint) => sql`
  select 'incoming-not-credited' as kind, 'deposit/' || d.id as ref, d.tx, d.amount::text as amount
  from custody.deposit d
  where d.chain = ${chain} and d.block_number <= ${block}::bigint and d.state in ('SEEN', 'CONFIRMED')
  union all
  select 'booked-above-block', 'deposit/' || d.id, d.tx, (-d.amount)::text
  from custody.deposit d
  where d.chain = ${chain} and d.block_number > ${block}::bigint and d.state in ('CREDITED', 'SUSPENDED')
  union all
  select 'incoming-not-credited', 'funding/' || f.id, f.tx, f.amount::text
  from custody.funding f
  where f.chain = ${chain} and f.block_number <= ${block}::bigint and f.state = 'SEEN'
  union all
  select 'booked-above-block', 'funding/' || f.id, f.tx, (-f.amount)::text
  from custody.funding f
  where f.chain = ${chain} and f.block_number > ${block}::bigint and f.state = 'BOOKED'
  union all
  select 'booked-above-block', 'drawing/' || d.id, d.tx, d.amount::text
  from custody.drawing d
  where d.chain = ${chain} and d.block_number > ${block}::bigint
  union all
  select 'booked-above-block', 'withdrawal/' || p.withdrawal, w.tx, p.amount::text
  from custody.payment p join custody.withdrawal w on w.id = p.withdrawal
  where p.chain = ${chain} and p.purpose = 'withdrawal' and p.state = 'DONE' and p.outcome = 'SUCCEEDED'
    and p.block_number > ${block}::bigint
  order by 1, 2`;

const unbooked = (chain: string) => sql`
  select 'withdrawal/' || p.withdrawal as ref, p.amount::text as amount,
    array(select a.hash from custody.payment_attempt a where a.payment = p.id order by a.n) as hashes
  from custody.payment p
  where p.chain = ${chain} and p.purpose = 'withdrawal' and p.state <> 'DONE'
    and exists (select from custody.payment_attempt a where a.payment = p.id)
  order by p.sender, p.nonce`;

/** The signed payments that stand in a block up to `block` and were not yet booked: any of a payment's bytes may be the ones. */
const leftUs = async (
  chain: Chain,
  payments: readonly Unbooked[],
  block: BlockRef,
): Promise<readonly ReserveItem[]> => {
  const items: ReserveItem[] = [];
  for (const { ref, amount, hashes } of payments) {
    for (const tx of hashes) {
      const receipt = await askChain(chain, () => chain.receipt(tx));
      if (receipt?.succeeded !== true || receipt.block.number > block.number) continue;
      const amountMicroUsdc = microUsdc(-BigInt(amount));
      items.push({ kind: "outgoing-not-booked", ref, tx, amountMicroUsdc });
      break;
    }
  }
  return items;
};

/** What the books say a chain holds, and all that stands between that and the chain as of `block`. */
export const reserveItems = async (
  deps: Pick<CustodyDeps, "database">,
  chain: Chain,
  block: BlockRef,
): Promise<{ readonly ledger: MicroUsdc; readonly items: readonly ReserveItem[] }> => {
  const { account, told, payments } = await snapshot(deps, async (tx) => ({
    account: await tx.execute<{ balance: string }>(
      sql`select (-balance)::text as balance from ledger.account where code = ${custodyAccount(chain.name)}`,
    ),
    told: await tx.execute<Row>(booked(chain.name, block.number)),
    payments: await tx.execute<Unbooked>(unbooked(chain.name)),
  }));
  const inBooks = told.map(({ kind, ref, tx, amount }) => ({
    kind,
    ref,
    tx,
    amountMicroUsdc: microUsdc(BigInt(amount)),
  }));
  return {
    ledger: microUsdc(BigInt(account[0]?.balance ?? "0")),
    items: [...inBooks, ...(await leftUs(chain, payments, block))],
  };
};
