import { isSandbox, openDatabase } from "@closebell/database";
import { migrateAll, openPlace } from "@closebell/runtime";
import type { Bench } from "../session.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { instantArgument } from "../input/arguments.ts";
import type { Answer } from "../output/answer.ts";
import { UsageError } from "../output/usage-error.ts";
import type { AddCommand } from "../program.ts";

const sandboxAt = async (url: string): Promise<boolean> => {
  const database = openDatabase({ url, max: 1, applicationName: "closebell-admin" });
  try {
    return await isSandbox(database);
  } finally {
    await database.close();
  }
};

const migrate = async (
  { config, log, terminal }: Bench,
  sandbox: { readonly now: Temporal.Instant } | undefined,
): Promise<Answer> => {
  const where = sandbox === undefined ? {} : { dataDir: config.sandboxDir };
  const place = await openPlace({ config, mode: "join", log, ...where });
  try {
    const { url } = place;
    const { applied, differs } = await migrateAll({
      url,
      config,
      log,
      ...(sandbox === undefined ? {} : { sandbox }),
    });
    for (const difference of differs) terminal.talk(`The market's own row rules: ${difference}.`);
    const isOne = await sandboxAt(url);
    const rooms = new Set(applied.map((name) => name.split("/")[0]));
    const done =
      applied.length === 0
        ? "Nothing to do."
        : `Applied ${applied.length} migrations: ${[...rooms].join(", ")}.`;
    return {
      json: { applied, sandbox: isOne },
      text: isOne ? `${done} It is a sandbox.` : done,
    };
  } finally {
    await place.close();
  }
};

export const migrateCommand: AddCommand = (program, cli) => {
  program
    .command("migrate")
    .summary("bring the database up to date")
    .description(
      "Brings the database to what this version needs, and creates the default market the first time. Safe to run again. " +
        "--sandbox makes a new, empty database one whose clock is moved by hand; it stays one, and no other ever becomes one.",
    )
    .option("--sandbox", "make a new database a sandbox")
    .option("--now <instant>", "where a new sandbox's clock begins; default: now", instantArgument)
    .action(({ sandbox, now }) =>
      cli.bare((bench) => {
        if (sandbox === undefined && now !== undefined) {
          throw new UsageError("--now is for --sandbox: real time can't be set.");
        }
        const made = sandbox === true ? { now: now ?? Temporal.Now.instant() } : undefined;
        // whatever it was at is undone
        return unlessAborted(bench.signal, migrate(bench, made));
      }),
    );
};
