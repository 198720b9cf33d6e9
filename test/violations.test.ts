import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { copyWorkspace, type WorkspaceCopy } from "../scripts/copy-workspace.ts";
import {
  FORBIDDEN_DEPENDENCIES,
  FORBIDDEN_IMPORT_FILES,
  FORBIDDEN_IMPORTS,
  TAG_PROBES,
} from "./violations/boundary-plants.ts";
import { LINT_PLANTS } from "./violations/lint-plants.ts";
import { type Files, runPlanted } from "./violations/planted-run.ts";
import {
  forbiddenDependencies,
  forbiddenImports,
  lintFindings,
  unusedFindings,
} from "./violations/read-findings.ts";
import { UNUSED_FILES, UNUSED_FINDINGS } from "./violations/unused-plants.ts";

const PATIENCE = 240_000;

let copy: WorkspaceCopy;
beforeAll(async () => {
  copy = await copyWorkspace();
}, PATIENCE);
afterAll(() => copy[Symbol.asyncDispose]());

const say = (files: Files, ...command: readonly string[]): Promise<string> =>
  runPlanted(copy.path, files, command);

describe("lint", () => {
  let findings: ReadonlyMap<string, ReadonlySet<string>>;
  beforeAll(async () => {
    const files = Object.fromEntries(LINT_PLANTS.map(({ file, content }) => [file, content]));
    findings = lintFindings(await say(files, "oxlint", "--format", "unix"));
  }, PATIENCE);

  for (const { name, file, caughtBy } of LINT_PLANTS)
    test(caughtBy === null ? `${name} is let through` : `${caughtBy} catches ${name}`, () => {
      expect([...(findings.get(file) ?? [])]).toEqual(caughtBy === null ? [] : [caughtBy]);
    });

  test("nothing is wrong but what was planted", () => {
    const planted = new Set(LINT_PLANTS.map(({ file }) => file));
    expect([...findings.keys()].filter((file) => !planted.has(file))).toEqual([]);
  });
});

describe("boundaries", () => {
  test(
    "a room may depend on the rooms below it, and on nothing else",
    async () => {
      const report = await say(TAG_PROBES, "turbo", "boundaries");
      expect(forbiddenDependencies(report)).toEqual(FORBIDDEN_DEPENDENCIES);
    },
    PATIENCE,
  );

  test(
    "an import of what is no dependency is caught in every room and every form",
    async () => {
      const report = await say(FORBIDDEN_IMPORT_FILES, "turbo", "boundaries");
      const found = forbiddenImports(report, copy.path);
      expect(found.filter((line) => line.includes("/planted-"))).toEqual(FORBIDDEN_IMPORTS);
    },
    PATIENCE,
  );

  test(
    "the project itself is clean",
    async () => {
      expect(await say({}, "turbo", "boundaries")).toContain("no issues found");
    },
    PATIENCE,
  );

  test("every room carries its own tag, and is type-checked", async () => {
    for (const parent of ["packages", "apps"])
      for (const room of await readdir(join(copy.path, parent))) {
        const read = (file: string): Promise<unknown> =>
          Bun.file(join(copy.path, parent, room, file)).json();
        const tag = parent === "packages" || room === "standalone" ? room : "app";
        expect(await read("turbo.json")).toEqual({ extends: ["//"], tags: [tag] });
        expect(await read("package.json")).toMatchObject({ scripts: { typecheck: "tsc -p ." } });
        expect(await read("tsconfig.json")).toMatchObject({
          extends: "../../tsconfig.base.json",
          include: ["src"],
        });
      }
  });
});

test(
  "knip finds a file, an export and a dependency that nobody uses, and one that is not declared",
  async () => {
    const findings = unusedFindings(
      await say(UNUSED_FILES, "knip", "--reporter", "compact", "--no-config-hints"),
    );
    expect(findings).toEqual(expect.arrayContaining([...UNUSED_FINDINGS]));
    expect(findings.filter((line) => !line.includes("packages/planted/"))).toEqual([]);
  },
  PATIENCE,
);

test(
  "the formatter finds a file that is not formatted",
  async () => {
    const untidy = { "packages/money/src/planted.ts": "export const n=1\n" };
    expect((await say(untidy, "oxfmt", "--list-different")).trim().split("\n")).toEqual(
      Object.keys(untidy),
    );
  },
  PATIENCE,
);

test(
  "a type error is found in every room, in the scripts, in the benchmarks and in the tests above the rooms",
  async () => {
    const folders = ["scripts", "test", "bench/src"];
    for (const parent of ["packages", "apps"])
      for (const room of await readdir(join(copy.path, parent)))
        folders.push(`${parent}/${room}/src`);
    const wrong = 'export const n: number = "one";\n';
    const files = Object.fromEntries(folders.map((at) => [`${at}/planted.ts`, wrong]));
    const errors = (await say(files, "tsc", "-p", ".", "--pretty", "false")).trim().split("\n");
    expect(errors.toSorted()).toEqual(
      Object.keys(files)
        .map(
          (file) =>
            `${file}(1,14): error TS2322: Type 'string' is not assignable to type 'number'.`,
        )
        .toSorted(),
    );
  },
  PATIENCE,
);
