import type { Files } from "./planted-run.ts";

/** A package that leaves something lying about in every way there is. */
export const UNUSED_FILES: Files = {
  "packages/planted/package.json": `${JSON.stringify({
    name: "planted",
    private: true,
    type: "module",
    exports: { ".": "./src/index.ts" },
    dependencies: { zod: "catalog:" },
  })}\n`,
  "packages/planted/src/index.ts": 'export { used } from "./parts.ts";\nimport "hono";\n',
  "packages/planted/src/parts.ts": "export const used = 1;\nexport const left = 2;\n",
  "packages/planted/src/alone.ts": "export const alone = 1;\n",
};

/** Heading and line of knip's compact report for each. */
export const UNUSED_FINDINGS = [
  "Unused files: packages/planted/src/alone.ts",
  "Unused dependencies: packages/planted/package.json: zod",
  "Unlisted dependencies: packages/planted/src/index.ts: hono",
  "Unused exports: packages/planted/src/parts.ts: left",
] as const;
