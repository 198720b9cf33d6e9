import { expect, test } from "bun:test";
import { ERROR_CODES } from "../packages/context/src/index.ts";
import { readText, ROOT } from "./infra/read-infra.ts";

test("every error code is explained once, and none that does not exist", async () => {
  const explained = [...(await readText("docs/errors.md")).matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(
    ([, code]) => code,
  );
  expect(explained).toHaveLength(ERROR_CODES.length);
  expect(new Set(explained)).toEqual(new Set<string | undefined>(ERROR_CODES));
});

interface Proof {
  readonly file: string;
  readonly titles: readonly string[];
}

/** The tests that a section of docs/security.md names: a file, and below it the titles. */
const proofsIn = (section: string): readonly Proof[] =>
  [...section.matchAll(/^- \[(\S+\.test\.ts)\]\(\.\.\/(\S+)\)\n((?: {2}- .+\n?)*)/gm)].map(
    ([, shown = "", file = "", titles = ""]) => {
      expect(shown).toBe(file);
      return {
        file,
        titles: [...titles.matchAll(/^ {2}- (.+)$/gm)].map(([, title = ""]) => title),
      };
    },
  );

/** The sections of a page by their titles, from `##` down. */
const sectionsOf = (page: string): ReadonlyMap<string, string> =>
  new Map(
    page.split(/^#{2,3} /m).map((part) => {
      const [title = "", ...text] = part.split("\n");
      return [title, text.join("\n")];
    }),
  );

test("every test that the security page names is there, and no list item that names one is malformed", async () => {
  const page = await readText("docs/security.md");
  const proofs = proofsIn(page);
  expect(proofs).toHaveLength([...page.matchAll(/\.test\.ts\]\(/g)].length);
  expect(proofs.length).toBeGreaterThan(50);
  for (const { file, titles } of proofs) {
    expect(titles, file).not.toEqual([]);
    const tests = await readText(file);
    for (const title of titles) {
      const named = tests.includes(JSON.stringify(title));
      expect([file, title, named ? "is there" : "is not there"]).toEqual([file, title, "is there"]);
    }
  }
});

test("every item of OWASP's API Security Top 10 has a test on the security page, and so has every rule that protects players", async () => {
  const sections = sectionsOf(await readText("docs/security.md"));
  const titles = [...sections.keys()];
  const items = Array.from({ length: 10 }, (_, n) => `API${n + 1}:2023`);
  const rules = [
    "RTS 12A, 12B",
    "RTS 12D",
    "LCCP SR 3.3.4",
    "LCCP SR 3.5.3",
    "RTS 1A",
    "LCCP 17.1.1",
  ];
  for (const item of [...items, ...rules]) {
    const [title = "", another] = titles.filter((each) => each.startsWith(item));
    expect([item, title, another]).toEqual([item, expect.stringContaining(" "), undefined]);
    expect(proofsIn(sections.get(title) ?? ""), item).not.toEqual([]);
  }
});

test("whatever the security page points at exists", async () => {
  const page = await readText("docs/security.md");
  const links = [...page.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(20);
  for (const link of new Set(links)) {
    const [path = "", anchor] = link.split("#");
    const { pathname } = new URL(path, `file://${ROOT}/docs/`);
    expect(await Bun.file(pathname).stat(), link).toBeDefined();
    if (anchor === undefined) continue;
    const headings = [...(await Bun.file(pathname).text()).matchAll(/^#+ (.+)$/gm)];
    expect(
      headings.map(([, heading = ""]) => heading.toLowerCase().replaceAll(" ", "-")),
    ).toContain(anchor);
  }
});
