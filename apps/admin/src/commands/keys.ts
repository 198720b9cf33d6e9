import { rotateSigningKey } from "@closebell/identity";
import { facts } from "../output/table.ts";
import type { AddCommand } from "../program.ts";

export const keysCommand: AddCommand = (program, cli) => {
  const keys = program
    .command("keys")
    .summary("the keys that sign access tokens")
    .description(
      "The keys that sign access tokens; /.well-known/jwks.json has their public halves.",
    );
  keys
    .command("rotate")
    .description(
      "Makes a new key to sign access tokens with. It is published first and signs ten minutes later; what the old one has " +
        "signed counts until it expires. Needs AUTH_SECRET.",
    )
    .action(() =>
      cli.run(async ({ runtime, by }) => {
        const { kid, signsFrom } = await rotateSigningKey(runtime, { by });
        return {
          json: { kid, signsFrom },
          text: facts([
            ["key", kid],
            ["signs from", signsFrom.toString()],
          ]),
        };
      }),
    );
};
