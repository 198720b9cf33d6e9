/** One planted file and the rule that must catch it; `caughtBy` null for what must be let through. */
export interface Plant {
  readonly name: string;
  readonly file: string;
  readonly content: string;
  readonly caughtBy: string | null;
}

const DOMAIN = [
  "money",
  "calendar",
  "context",
  "ledger",
  "identity",
  "protection",
  "rounds",
  "custody",
] as const;
const PURE = DOMAIN.slice(0, 3);

let planted = 0;
const plant =
  (caughtBy: string | null) =>
  (name: string, folder: string, content: string, suffix = ".ts"): Plant => {
    planted += 1;
    return {
      name,
      file: `${folder}/planted-${planted}${suffix}`,
      content: `${content}\n`,
      caughtBy,
    };
  };

const global = plant("eslint(no-restricted-globals)");
const property = plant("eslint(no-restricted-properties)");
const imported = plant("eslint(no-restricted-imports)");
const outerSql = plant("closebell(no-outer-sql)");
const sqlInApps = plant("closebell(no-sql-in-apps)");
const allowed = plant(null);

const filler = (lines: number): string =>
  Array.from({ length: lines }, (_, n) => `  list.push(${n});`).join("\n");

/** A function body as long as asked for. */
const longFunction = (lines: number): string =>
  `export const long = (list: number[]): void => {\n${filler(lines)}\n};`;

const AMBIENT: readonly Plant[] = [
  ...DOMAIN.map((room) =>
    global(`Date in ${room}`, `packages/${room}/src`, "export const at = new Date();"),
  ),
  ...DOMAIN.map((room) =>
    property(
      `Temporal.Now in ${room}`,
      `packages/${room}/src`,
      "export const at = Temporal.Now.instant();",
    ),
  ),
  global(
    "Date behind globalThis",
    "packages/rounds/src",
    "export const at = globalThis.Date.now();",
  ),
  global("fetch in a domain room", "packages/custody/src", 'export const got = fetch("http://x");'),
  global("parseFloat in a domain room", "packages/ledger/src", 'export const n = parseFloat("1");'),
  global(
    "Bun in a pure room, but for ids.ts",
    "packages/context/src",
    "export const version = Bun.version;",
  ),
  property("Math.random", "packages/rounds/src", "export const chance = Math.random();"),
  property("Math.random, taken apart", "packages/rounds/src", "export const { random } = Math;"),
  property("crypto.randomUUID", "packages/custody/src", "export const id = crypto.randomUUID();"),
  property(
    "crypto.getRandomValues",
    "packages/custody/src",
    "export const bytes = crypto.getRandomValues(new Uint8Array(1));",
  ),
  property("Bun.randomUUIDv7", "packages/identity/src", "export const id = Bun.randomUUIDv7();"),
  property("toFixed", "packages/ledger/src", "export const shown = (1.5).toFixed(2);"),
  imported(
    "randomUUID of node:crypto",
    "packages/rounds/src",
    'import { randomUUID } from "node:crypto";\n\nexport const id = randomUUID();',
  ),
  global(
    "Date in a domain test",
    "packages/rounds/src",
    "export const at = new Date();",
    ".test.ts",
  ),
  allowed(
    "Temporal.Now in a test",
    "packages/rounds/src",
    "export const at = Temporal.Now.instant();",
    ".test.ts",
  ),
];

const ENVIRONMENT: readonly Plant[] = [
  ...["packages/rounds", "packages/database", "packages/adapters", "apps/api", "apps/admin"].map(
    (room) =>
      property(`process.env in ${room}`, `${room}/src`, 'export const home = process.env["HOME"];'),
  ),
  property("Bun.env", "packages/adapters/src", 'export const home = Bun.env["HOME"];'),
  imported(
    "env of node:process",
    "packages/database/src",
    'import { env } from "node:process";\n\nexport const home = env["HOME"];',
  ),
  ...["packages/runtime/src", "scripts"].map((folder) =>
    allowed(`process.env in ${folder}`, folder, 'export const home = process.env["HOME"];'),
  ),
];

const IMPORTS: readonly Plant[] = [
  ...PURE.flatMap((room) => [
    imported(
      `node:* in ${room}`,
      `packages/${room}/src`,
      'import { join } from "node:path";\n\nexport const path = join("a", "b");',
    ),
    imported(
      `node:* loaded late in ${room}`,
      `packages/${room}/src`,
      'export const late = () => import("node:fs");',
    ),
    allowed(
      `node:* in a test of ${room}`,
      `packages/${room}/src`,
      'import { join } from "node:path";\n\nexport const path = join("a", "b");',
      ".test.ts",
    ),
  ]),
  ...[
    "hono",
    "bullmq",
    "redis",
    "postgres",
    "@closebell/adapters/oracle",
    "@closebell/runtime",
  ].map((name) =>
    imported(
      `${name} in a domain room`,
      "packages/rounds/src",
      `export const late = () => import("${name}");`,
    ),
  ),
  ...["postgres", "drizzle-orm", "pg"].map((name) =>
    imported(`${name} in an app`, "apps/api/src", `export const late = () => import("${name}");`),
  ),
  ...["packages/runtime/src", "apps/scheduler/src"].map((folder) =>
    imported(
      `adapters as a whole in ${folder}`,
      folder,
      'export const late = () => import("@closebell/adapters");',
    ),
  ),
];

const TRANSACTIONS: readonly Plant[] = [
  outerSql(
    "the pool's sql inside a transaction",
    "packages/rounds/src",
    `import { type Deps, transact } from "@closebell/database";

export const verb = (deps: Deps) => transact(deps, () => deps.database.sql\`select 1\`);`,
  ),
  outerSql(
    "the pool's query builder inside a snapshot",
    "packages/ledger/src",
    `import { type Deps, snapshot } from "@closebell/database";
import { sql } from "drizzle-orm";

export const verb = (deps: Deps) =>
  snapshot(deps, () => deps.database.orm.execute(sql\`select 1\`));`,
  ),
  outerSql(
    "a transaction inside a transaction",
    "packages/custody/src",
    `import { type Deps, transact } from "@closebell/database";

export const verb = (deps: Deps) => transact(deps, () => transact(deps, (work) => work.now()));`,
  ),
  outerSql(
    "a verb called inside a transaction",
    "packages/identity/src",
    `import { type Deps, transact } from "@closebell/database";

export const verb = (deps: Deps, other: (given: Deps) => Promise<void>) =>
  transact(deps, () => other(deps));`,
  ),
  allowed(
    "a step that is handed the transaction",
    "packages/identity/src",
    `import { type Deps, transact, type Work } from "@closebell/database";

export const verb = (deps: Deps, step: (given: Deps, work: Work) => Promise<void>) =>
  transact(deps, (work) => step(deps, work));`,
  ),
  sqlInApps(
    "SQL in an app",
    "apps/api/src",
    `import type { Database } from "@closebell/database";

export const verb = (database: Database) => database.sql\`select 1\`;`,
  ),
  sqlInApps(
    "the query builder in an app",
    "apps/admin/src",
    `import type { Database } from "@closebell/database";

export const verb = (database: Database) => database.orm.select();`,
  ),
];

const HABITS: readonly Plant[] = [
  plant("closebell(no-module-state)")(
    "state of a module",
    "packages/adapters/src",
    "export let open = 0;",
  ),
  property(
    "a module mock",
    "packages/rounds/src",
    `import { mock } from "bun:test";

void mock.module("./oracle.ts", () => ({}));`,
    ".test.ts",
  ),
  plant("closebell(no-skipped-tests)")(
    "a skipped test",
    "packages/rounds/src",
    `import { expect, test } from "bun:test";

test.skip("some day", () => expect(1).toBe(1));`,
    ".test.ts",
  ),
  plant("closebell(no-silencing)")(
    "a silenced rule",
    "packages/rounds/src",
    "/* oxlint-disable */\nexport const at = new Date();",
  ),
  plant("typescript(ban-ts-comment)")(
    "a silenced type error",
    "packages/rounds/src",
    '// @ts-ignore\nexport const n: number = "one";',
  ),
  plant("eslint(no-console)")(
    "console in a room",
    "packages/adapters/src",
    'console.log("here");\nexport const n = 1;',
  ),
  plant("eslint(no-console)")(
    "console in the API",
    "apps/api/src",
    'console.log("here");\nexport const n = 1;',
  ),
  ...["scripts", "apps/admin/src", "apps/standalone/src"].map((folder) =>
    allowed(`console in ${folder}`, folder, 'console.log("here");\nexport const n = 1;'),
  ),
  plant("eslint(max-lines)")(
    "a file of 301 lines",
    "packages/adapters/src",
    Array.from({ length: 301 }, (_, n) => `export const n${n} = ${n};`).join("\n"),
  ),
  plant("eslint(max-lines-per-function)")("a function of 71 lines", "scripts", longFunction(69)),
  allowed("a function of 70 lines", "scripts", longFunction(68)),
  allowed("a long test", "scripts", longFunction(300), ".test.ts"),
];

const TYPES: readonly Plant[] = [
  plant("typescript(no-explicit-any)")("any", "packages/adapters/src", "export const n: any = 1;"),
  plant("typescript(no-non-null-assertion)")(
    "a non-null assertion",
    "packages/adapters/src",
    "export const first = (list: readonly string[]): string => list[0]!;",
  ),
  plant("typescript(no-unsafe-type-assertion)")(
    "a narrowing cast",
    "packages/adapters/src",
    "export const text = (value: unknown): string => value as string;",
  ),
  plant("typescript(no-floating-promises)")(
    "a floating promise",
    "packages/adapters/src",
    "export const go = (work: () => Promise<void>): void => {\n  work();\n};",
  ),
  plant("typescript(no-misused-promises)")(
    "a promise as a condition",
    "packages/adapters/src",
    "export const go = (ready: () => Promise<boolean>): number => (ready() ? 1 : 0);",
  ),
  plant("typescript(switch-exhaustiveness-check)")(
    "a switch that forgets a case",
    "packages/adapters/src",
    `export const sign = (side: "UP" | "DOWN"): string => {
  switch (side) {
    case "UP":
      return "+";
  }
  return "-";
};`,
  ),
];

/** Two files that import each other; either one may be named. */
const CYCLE: readonly Plant[] = ["one", "other"].map((name, n, names) => ({
  name: `an import cycle, seen from the ${name}`,
  file: `packages/adapters/src/planted-${name}.ts`,
  content: `import { value${1 - n} } from "./planted-${names[1 - n]}.ts";

export const value${n} = (): number => value${1 - n}();
`,
  caughtBy: "import(no-cycle)",
}));

export const LINT_PLANTS: readonly Plant[] = [
  ...AMBIENT,
  ...ENVIRONMENT,
  ...IMPORTS,
  ...TRANSACTIONS,
  ...HABITS,
  ...TYPES,
  ...CYCLE,
];
