import type { Command } from "@commander-js/extra-typings";
import { type ApiKey, listApiKeys } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import type { Column } from "../../output/table.ts";
import { pageAnswer } from "../../present/page.ts";
import { userCalled } from "./user-called.ts";

const COLUMNS: readonly Column<ApiKey>[] = [
  { title: "ID", of: ({ id }) => id },
  { title: "USER", of: ({ userId }) => userId },
  { title: "NAME", of: ({ name }) => name },
  { title: "MAY", of: ({ scopes }) => scopes.join(", ") },
  { title: "UNTIL", of: ({ expiresAt }) => expiresAt.toString() },
  { title: "LAST USED", of: ({ lastUsedAt }) => lastUsedAt?.toString() ?? "never" },
  { title: "REVOKED", of: ({ revokedAt }) => revokedAt?.toString() ?? "-" },
];

/** `api-keys list`. */
export const addKeyList = (keys: Command, cli: Cli): void => {
  keys
    .command("list")
    .description("Lists API keys, newest first, the expired and revoked too. No key is shown.")
    .option("--of <who>", "only those of this member of staff, by name, or user, by id")
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action(({ of: who, ...page }) =>
      cli.run(async ({ runtime, terminal }) => {
        const userId = who === undefined ? undefined : await userCalled(runtime, who);
        return pageAnswer(await listApiKeys(runtime, { ...pageOf(page), userId }), {
          json: (key) => key,
          columns: COLUMNS,
          none: "No API keys.",
          terminal,
        });
      }),
    );
};
