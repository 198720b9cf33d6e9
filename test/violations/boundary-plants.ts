import type { Files } from "./planted-run.ts";

/** The house, from the bottom up: a room may use the layers below its own, and nothing beside it. */
const LAYERS = [
  ["context", "money", "calendar"],
  ["database"],
  ["ledger"],
  ["identity"],
  ["protection"],
  ["rounds", "custody"],
  ["adapters"],
  ["runtime"],
  ["app"],
  ["standalone", "bench"],
] as const;

const TAGS = LAYERS.flat();
const layerOf = (tag: string): number => LAYERS.findIndex((layer) => layer.some((t) => t === tag));
const mayUse = (from: string, to: string): boolean =>
  layerOf(to) < layerOf(from) || (from === to && from !== "app");

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const probe = (name: string, tag: string, dependencies: readonly string[]) => ({
  [`packages/${name}/package.json`]: json({
    name,
    private: true,
    type: "module",
    dependencies: Object.fromEntries(dependencies.map((other) => [other, "workspace:*"])),
  }),
  [`packages/${name}/turbo.json`]: json({ extends: ["//"], tags: [tag] }),
});

/** For each tag a package without dependencies, and one that depends on all of those. */
export const TAG_PROBES: Files = Object.assign(
  {},
  ...TAGS.map((tag) => probe(`leaf-${tag}`, tag, [])),
  ...TAGS.map((tag) =>
    probe(
      `user-${tag}`,
      tag,
      TAGS.map((other) => `leaf-${other}`),
    ),
  ),
);

/** "user → leaf" for every dependency that the house forbids. */
export const FORBIDDEN_DEPENDENCIES: readonly string[] = TAGS.flatMap((from) =>
  TAGS.filter((to) => !mayUse(from, to)).map((to) => `user-${from} → leaf-${to}`),
).toSorted();

/** What each room must not import: its neighbour, or the room above. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  "packages/context": "money",
  "packages/money": "context",
  "packages/calendar": "money",
  "packages/database": "ledger",
  "packages/ledger": "identity",
  "packages/identity": "rounds",
  "packages/rounds": "custody",
  "packages/custody": "rounds",
  "packages/adapters": "runtime",
  "packages/runtime": "api",
  "apps/api": "scheduler",
  "apps/scheduler": "api",
  "apps/admin": "standalone",
};

const IMPORT_FORMS = [
  (name: string) => `import "${name}";`,
  (name: string) => `export * from "${name}";`,
  (name: string) => `export type { Deps } from "${name}";`,
  (name: string) => `export const late = () => import("${name}");`,
];

const IMPORTS = Object.entries(NEIGHBOURS).flatMap(([room, neighbour]) =>
  IMPORT_FORMS.map((form, n) => ({
    file: `${room}/src/planted-${n}.ts`,
    content: `${form(`@closebell/${neighbour}`)}\n`,
    complaint: `cannotimportpackage\`@closebell/${neighbour}\``,
  })),
);

const LEAVING = {
  file: "packages/rounds/src/planted-leaving.ts",
  content: 'export * from "../../money/src/index.ts";\n',
  complaint: "import`../../money/src/index.ts`leavesthepackage",
};

const PLANTS = [...IMPORTS, LEAVING];

export const FORBIDDEN_IMPORT_FILES: Files = Object.fromEntries(
  PLANTS.map(({ file, content }) => [file, content]),
);

/** "path: complaint" for every one of those files. */
export const FORBIDDEN_IMPORTS = PLANTS.map(
  ({ file, complaint }) => `${file}: ${complaint}`,
).toSorted();
