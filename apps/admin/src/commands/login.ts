import { verifyApiKey } from "@closebell/identity";
import { facts } from "../output/table.ts";
import { UsageError } from "../output/usage-error.ts";
import type { AddCommand } from "../program.ts";
import { saveKey } from "../who/saved-keys.ts";

export const loginCommand: AddCommand = (program, cli) => {
  program
    .command("login")
    .summary("keep your API key for this service")
    .description(
      "Keeps your API key for this service in your own configuration folder, where only you can read it. It is asked for, or " +
        "read from CLOSEBELL_API_KEY or stdin; never from the command line, which others can see.",
    )
    .action(() =>
      cli.anybody(async ({ runtime, terminal, config, service }) => {
        const { apiKey, keysFile } = config.auth;
        const given =
          apiKey ?? (await terminal.ask("API key: ", { secret: true })) ?? (await terminal.piped());
        const key = given?.trim() ?? "";
        if (key === "") throw new UsageError("Say your API key: on the terminal or on stdin.");
        const { actor, roles } = await verifyApiKey(runtime, key);
        await saveKey(keysFile, service, key);
        return {
          json: { id: actor.id, name: actor.name, roles, service, keptIn: keysFile },
          text: facts([
            ["you are", `${actor.name} (${roles.join(", ") || "no role"})`],
            ["service", service],
            ["key kept in", keysFile],
          ]),
        };
      }),
    );
};
