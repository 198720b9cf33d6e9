import type { Command } from "@commander-js/extra-typings";
import { revokeApiKey } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";

/** `api-keys revoke`. */
export const addRevoke = (keys: Command, cli: Cli): void => {
  keys
    .command("revoke")
    .description("Ends an API key, whoever's it is, for good. Processes forget it within seconds.")
    .argument("<id>", "id of the key, as `api-keys list` shows it")
    .action((apiKeyId) =>
      cli.run(async ({ runtime, by }) => {
        const key = await revokeApiKey(runtime, { by, apiKeyId });
        return {
          json: key,
          text: facts([
            ["revoked", key.id],
            ["name", key.name],
            ["user", key.userId],
            ["at", key.revokedAt?.toString()],
          ]),
        };
      }),
    );
};
