import type { AddCommand } from "../../program.ts";
import { addKeyList } from "./list.ts";
import { addRevoke } from "./revoke.ts";

export const apiKeysCommand: AddCommand = (program, cli) => {
  const keys = program
    .command("api-keys")
    .summary("API keys of people and machines")
    .description(
      "API keys: what each may do, until when, and when it was last used. Everybody makes their own, for machines too, over " +
        "HTTP (POST /auth/api-keys): nobody makes one in another's name.",
    );
  for (const add of [addKeyList, addRevoke]) add(keys, cli);
};
