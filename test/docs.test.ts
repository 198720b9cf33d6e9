import { expect, test } from "bun:test";
import { ERROR_CODES } from "../packages/context/src/index.ts";
import { readText } from "./infra/read-infra.ts";

test("every error code is explained once, and none that does not exist", async () => {
  const explained = [...(await readText("docs/errors.md")).matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(
    ([, code]) => code,
  );
  expect(explained).toHaveLength(ERROR_CODES.length);
  expect(new Set(explained)).toEqual(new Set<string | undefined>(ERROR_CODES));
});
