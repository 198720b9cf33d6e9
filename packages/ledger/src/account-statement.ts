import {
  DomainError,
  decodeCursor,
  KEY,
  toPage,
  type Page,
  type PageRequest,
} from "@closebell/context";
import { snapshot, type Deps } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** One transfer as an account saw it. */
export interface StatementLine {
  /** Number of the transfer; grows with time within one account. */
  readonly id: bigint;
  /** What it is for, printed: `bet/<bet id>`, `deposit/<deposit id>`. */
  readonly reference: string;
  readonly kind: string;
  readonly ref: string;
  readonly period: number;
  /** Code of the account on the other side. */
  readonly counterpart: string;
  /** Above zero where the account gained, below where it gave. */
  readonly amount: MicroUsdc;
  readonly actor: string;
  readonly request: string;
  readonly postedAt: Temporal.Instant;
}

interface Row extends Record<string, unknown> {
  readonly id: bigint;
  readonly kind: string;
  readonly ref: string;
  readonly period: number;
  readonly counterpart: string;
  readonly amount: bigint;
  readonly actor: string;
  readonly request: string;
  readonly postedAt: Temporal.Instant;
}

/**
 * The transfers of an account, newest first, keyset-paged.
 * @throws DomainError ACCOUNT_NOT_FOUND, CURSOR_INVALID
 */
export const accountStatement = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & { readonly code: string },
): Promise<Page<StatementLine>> => {
  const list = `statement:${input.code}`;
  const before =
    input.cursor === undefined ? undefined : decodeCursor(list, [KEY.bigint], input.cursor).at(0);
  return snapshot(deps, async (tx) => {
    const [account] = await tx.execute<{ id: bigint }>(
      sql`select id from ledger.account where code = ${input.code}`,
    );
    if (account === undefined) {
      throw new DomainError("ACCOUNT_NOT_FOUND", `There is no account ${input.code}.`);
    }
    const older = before === undefined ? sql`` : sql`and x.id < ${before}::bigint`;
    // accounts below zero, of rounds, are in no index: their transfers are looked for in all of them
    const listed = (own: "debit" | "credit") =>
      account.id > 0n ? sql`and ${own === "debit" ? sql`x.debit` : sql`x.credit`} > 0` : sql``;
    const half = (own: "debit" | "credit") => sql`
      (select x.*, ${own === "debit" ? sql`-x.amount` : sql`x.amount`} as signed,
              ${own === "debit" ? sql`x.credit` : sql`x.debit`} as other
       from ledger.transfer x
       where ${own === "debit" ? sql`x.debit` : sql`x.credit`} = ${account.id} ${listed(own)} ${older}
       order by x.id desc limit ${input.limit + 1})`;
    const rows = await tx.execute<Row>(sql`
      select x.id, k.name as kind, x.ref, x.period, a.code as counterpart, x.signed as amount,
             x.actor, x.request, x.posted_at as "postedAt"
      from (${half("debit")} union all ${half("credit")}) x
      join ledger.transfer_kind k on k.id = x.kind
      join ledger.account a on a.id = x.other
      order by x.id desc limit ${input.limit + 1}`);
    const lines = rows.map((row) => ({
      ...row,
      reference: `${row.kind}/${row.ref}`,
      amount: microUsdc(row.amount),
    }));
    return toPage(list, lines, input.limit, (line) => [String(line.id)]);
  });
};
