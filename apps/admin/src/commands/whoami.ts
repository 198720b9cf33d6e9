import { facts } from "../output/table.ts";
import type { AddCommand } from "../program.ts";

export const whoamiCommand: AddCommand = (program, cli) => {
  program
    .command("whoami")
    .summary("who you are here, and what you may do")
    .description("Whom your API key proves, their roles, and what they may do with this key.")
    .action(() =>
      cli.run(({ principal: { actor, roles, permissions, credential } }) =>
        Promise.resolve({
          json: {
            id: actor.id,
            kind: actor.kind,
            name: actor.name,
            roles,
            permissions: [...permissions],
            apiKeyId: credential.id,
            expiresAt: credential.expiresAt,
          },
          text: facts([
            ["you are", `${actor.name} (${actor.kind})`],
            ["roles", roles.join(", ") || "none"],
            ["may", [...permissions].join(", ") || "nothing"],
            ["key", credential.id],
            ["until", credential.expiresAt?.toString()],
          ]),
        }),
      ),
    );
};
