import { snapshot } from "@closebell/database";
import { listUsers, type User } from "@closebell/identity";
import { balancesOf, USER_PURPOSES, userAccount, type UserPurpose } from "@closebell/ledger";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../input/page.ts";
import type { Column } from "../output/table.ts";
import { usdc } from "../present/money.ts";
import { pageAnswer } from "../present/page.ts";
import type { AddCommand } from "../program.ts";

export const usersCommand: AddCommand = (program, cli) => {
  program
    .command("users")
    .summary("list players and their balances")
    .description(
      "Lists players, newest first, and what each may bet, is being paid, and may only withdraw.",
    )
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action((options) =>
      cli.run(async ({ runtime, terminal }) => {
        const page = await listUsers(runtime, { kind: "player", ...pageOf(options) });
        const codes = page.items.flatMap(({ id }) =>
          USER_PURPOSES.map((purpose) => userAccount(id, purpose)),
        );
        const balances = await snapshot(runtime, (tx) => balancesOf(tx, codes));
        const balance = ({ id }: User, purpose: UserPurpose): bigint =>
          balances.get(userAccount(id, purpose)) ?? 0n;
        const columns: readonly Column<User>[] = [
          { title: "USER", of: ({ id }) => id },
          { title: "HANDLE", of: ({ handle }) => handle ?? "-" },
          ...USER_PURPOSES.map((purpose) => ({
            title: `${purpose.toUpperCase()} USDC`,
            of: (user: User) => usdc(balance(user, purpose)),
            right: true,
          })),
          { title: "CREATED", of: ({ createdAt }) => createdAt.toString() },
        ];
        return pageAnswer(page, {
          json: (user) => ({
            id: user.id,
            handle: user.handle,
            createdAt: user.createdAt,
            availableMicroUsdc: balance(user, "available"),
            withdrawingMicroUsdc: balance(user, "withdrawing"),
            heldMicroUsdc: balance(user, "held"),
          }),
          columns,
          none: "No players. `bun run admin seed --users 3` makes some.",
          terminal,
        });
      }),
    );
};
