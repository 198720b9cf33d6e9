import type { AddCommand } from "../../program.ts";
import { addCreate } from "./create.ts";
import { addKeyList } from "./list.ts";
import { addRevoke } from "./revoke.ts";

export const apiKeysCommand: AddCommand = (program, cli) => {
  const keys = program
    .command("api-keys")
    .summary("API keys of people and machines")
    .description(
      "API keys: what each may do, until when, and when it was last used. People make their own over HTTP, too " +
        "(POST /auth/api-keys).",
    );
  for (const add of [addKeyList, addCreate, addRevoke]) add(keys, cli);
};
