import { expect, test } from "bun:test";
import { createLogger } from "./create-logger.ts";
import { explain } from "./explain.ts";

const HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2g+/hash";
const EMAIL = "ada@example.com";

const logged = (fields: object, message = "failed"): string => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  createLogger({ logLevel: "info", logPretty: false, name: "test", write }).error(fields, message);
  return lines.join("");
};

/** As postgres.js and drizzle make them, every property in sight, which they are in the driver's debug mode. */
const failedStatement = () => {
  const params = [EMAIL, "two\n    at lines (of.ts:1:1)", HASH];
  const query = "insert into identity.password values ($1, $2, $3)";
  const cause = Object.assign(new Error('violates check constraint "broken"'), {
    code: "23514",
    constraint_name: "broken",
    table_name: "password",
    detail: `Failing row contains (${EMAIL}, ${HASH}).`,
    where: `unnamed portal parameter $1 = '${EMAIL}'`,
    query,
    parameters: params,
    args: params,
  });
  const error = new Error(`Failed query: ${query}\nparams: ${params.join(",")}`, { cause });
  return Object.assign(error, { query, params });
};

test("of a statement that failed the query is logged, code, constraint, table and place, and none of its values", () => {
  const line = logged({ err: failedStatement() });
  for (const value of [EMAIL, HASH, "of.ts", "Failing row"]) expect(line).not.toContain(value);
  expect(JSON.parse(line)).toMatchObject({
    err: {
      message: "Failed query: insert into identity.password values ($1, $2, $3)",
      stack: expect.stringContaining("error-text.test.ts"),
      cause: { code: "23514", constraint: "broken", table: "password" },
    },
  });
});

test("nor are they where its message is passed on, or a process ends with it", () => {
  const { message } = failedStatement();
  const wrapped = new Error(`settle: ${message}`);
  const said = [
    logged({ error: message }, `mail: ${message}`),
    logged({ err: wrapped }),
    explain(failedStatement()),
    explain(wrapped),
    explain(message),
  ];
  for (const text of said) {
    expect(text).toContain("identity.password");
    for (const value of [EMAIL, HASH, "of.ts"]) expect(text).not.toContain(value);
  }
  expect(explain(failedStatement())).toContain("error-text.test.ts");
});

test("a value that PostgreSQL could not read is not repeated", () => {
  const error = new Error(`invalid input syntax for type inet: "${EMAIL}, "or" so"`);
  expect(explain(error)).toContain('invalid input syntax for type inet: "***"\n');
  expect(logged({ err: error })).not.toContain(EMAIL);
});

test("a password's hash is in no line, wherever it stood", () => {
  const line = logged({ held: `${HASH} and more` }, `compared ${HASH}`);
  expect(JSON.parse(line)).toMatchObject({ held: "*** and more", msg: "compared ***" });
});
