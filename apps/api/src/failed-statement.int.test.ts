import { expect, test } from "bun:test";
import { createLogger } from "@closebell/runtime";
import { apiHarness } from "./testing/api-harness.ts";

const PASSWORD = "correct horse battery";

test("a statement that fails leaves neither a password's hash nor an address in the log, and says which it was", async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLogger({ logLevel: "debug", logPretty: false, name: "api", write });
  await using h = await apiHarness({ log });
  await h.rounds.scratch.owner.sql`
    alter table identity.mail_token add constraint broken check (false) not valid`;
  const json = { email: "ada@example.com", password: PASSWORD };
  const { status } = await h.as(null)("POST", "/auth/register", { json });
  expect(status).toBe(500);
  const all = lines.join("");
  for (const value of ["$argon2", json.email, PASSWORD, "Failing row"]) {
    expect(all).not.toContain(value);
  }
  const failed: unknown = JSON.parse(lines.find((line) => line.includes("request failed")) ?? "{}");
  expect(failed).toMatchObject({
    err: {
      message: expect.stringMatching(/^Failed query: \s*insert into identity\.mail_token/),
      cause: { code: "23514", constraint: "broken", table: "mail_token" },
    },
  });
});
