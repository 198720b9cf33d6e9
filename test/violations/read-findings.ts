/** `oxlint --format unix`: path → the rules that found something in it. */
export const lintFindings = (report: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const byFile = new Map<string, Set<string>>();
  for (const [, file = "", rule = ""] of report.matchAll(
    /^(\S+?):\d+:\d+: .*\[\w+\/([^\]]+)\]$/gm,
  )) {
    const rules = byFile.get(file) ?? new Set<string>();
    byFile.set(file, rules.add(rule));
  }
  return byFile;
};

/** `turbo boundaries` wraps its lines anywhere, so it is read without white space and gutters. */
const unwrapped = (report: string): string => report.replaceAll(/[\s|]/g, "");

/** "user → dependency" for each pair that the tags forbid. */
export const forbiddenDependencies = (report: string): readonly string[] => {
  const pairs = unwrapped(report).matchAll(
    /Package`([^`]+)`foundwithoutanytaglistedinallowlistfor`([^`]+)`/g,
  );
  return [...new Set([...pairs].map(([, to, from]) => `${from} → ${to}`))].toSorted();
};

/** "path: complaint" for each import that `turbo boundaries` refuses; `tree` is where the copy stands. */
export const forbiddenImports = (report: string, tree: string): readonly string[] => {
  const complaints = unwrapped(report).matchAll(
    /(cannotimportpackage`[^`]+`|import`[^`]+`leavesthepackage)[^[]*\[([^\]]+?):\d+:\d+\]/g,
  );
  return [...complaints]
    .map(([, what = "", path = ""]) => `${path.replace(`${tree}/`, "")}: ${what}`)
    .toSorted();
};

/** `knip --reporter compact`: "heading: line" for each finding. */
export const unusedFindings = (report: string): readonly string[] => {
  let heading = "";
  const findings: string[] = [];
  for (const line of report.split("\n")) {
    const title = /^([A-Z][\w ]+) \(\d+\)$/.exec(line)?.[1];
    if (title !== undefined) heading = title;
    else if (line.trim() !== "") findings.push(`${heading}: ${line.replace(/^(.+): \1$/, "$1")}`);
  }
  return findings;
};
