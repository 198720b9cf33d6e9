import { type Command, Option } from "@commander-js/extra-typings";
import type { By } from "@closebell/context";
import {
  approveWithdrawal,
  listWithdrawals,
  rejectWithdrawal,
  reviewWithdrawal,
  type Withdrawal,
} from "@closebell/custody";
import type { Session } from "../../session.ts";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import { pageAnswer } from "../../present/page.ts";
import { WITHDRAWAL_COLUMNS, WITHDRAWAL_STATES, withdrawalText } from "../../present/withdrawal.ts";

/** One thing an operator decides about one withdrawal; each needs --reason. */
interface Decision {
  readonly name: string;
  readonly description: string;
  readonly decide: (
    session: Session,
    input: { readonly by: By; readonly withdrawalId: string },
  ) => Promise<Withdrawal>;
}

const DECISIONS: readonly Decision[] = [
  {
    name: "approve",
    description: "Lets a REQUESTED withdrawal be paid that is above what is approved by itself.",
    decide: ({ runtime }, input) => approveWithdrawal(runtime, input),
  },
  {
    name: "reject",
    description: "Gives the money back, while nothing was signed for it.",
    decide: ({ runtime }, input) => rejectWithdrawal(runtime, input),
  },
  {
    name: "retry",
    description: "Lets a withdrawal under review (NEEDS_REVIEW) be paid after all.",
    decide: ({ runtime }, input) => reviewWithdrawal(runtime, { ...input, decision: "retry" }),
  },
  {
    name: "refund",
    description:
      "Gives the money of a withdrawal under review back to its user; refused while a payment of it may still be mined.",
    decide: ({ runtime }, input) => reviewWithdrawal(runtime, { ...input, decision: "refund" }),
  },
];

const addList = (withdrawals: Command, cli: Cli): void => {
  withdrawals
    .command("list", { isDefault: true })
    .description("Lists withdrawals, newest first.")
    .addOption(new Option("--state <state>", "only in this state").choices(WITHDRAWAL_STATES))
    .option("--user <id>", "only of this user")
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action(({ state, user, ...options }) =>
      cli.run(async ({ runtime, terminal }) => {
        const input = { ...pageOf(options), state, userId: user };
        return pageAnswer(await listWithdrawals(runtime, input), {
          json: (withdrawal) => withdrawal,
          columns: WITHDRAWAL_COLUMNS,
          none: "No withdrawals.",
          terminal,
        });
      }),
    );
};

/** `chain withdrawals`: what goes out, and what an operator has to decide. */
export const addWithdrawals = (chain: Command, cli: Cli): void => {
  const withdrawals = chain
    .command("withdrawals")
    .summary("list withdrawals; approve, reject, retry or refund one")
    .description("What users have asked to be paid. Deciding about one needs --reason.");
  addList(withdrawals, cli);
  for (const { name, description, decide } of DECISIONS) {
    withdrawals
      .command(name)
      .description(`${description} Needs --reason.`)
      .requiredOption("--id <withdrawal>", "which one")
      .action(({ id }) =>
        cli.run(async (session) => {
          const { by } = session;
          const withdrawal = await decide(session, { by, withdrawalId: id });
          return { json: withdrawal, text: withdrawalText(withdrawal) };
        }),
      );
  }
};
