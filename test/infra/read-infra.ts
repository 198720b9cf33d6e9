import { resolve } from "node:path";
import { YAML } from "bun";
import { field, items, text } from "./read-tree.ts";

export const ROOT = resolve(import.meta.dir, "../..");

export const readText = (path: string): Promise<string> => Bun.file(`${ROOT}/${path}`).text();
export const readYaml = async (path: string): Promise<unknown> => YAML.parse(await readText(path));

export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly runbook: string;
}

/** The alerts of infra/prometheus/rules.yml. */
export const readAlerts = async (): Promise<readonly Alert[]> =>
  items(field(await readYaml("infra/prometheus/rules.yml"), "groups"))
    .flatMap((group) => items(field(group, "rules")))
    .map((rule) => ({
      name: text(field(rule, "alert")),
      expr: text(field(rule, "expr")),
      runbook: text(field(field(rule, "annotations"), "runbook")),
    }));

/** For each alert that is tested: whether a case expects it to fire, and whether one expects it to stay quiet. */
export const readAlertCases = async (): Promise<
  readonly { readonly alert: string; readonly fires: boolean }[]
> =>
  items(field(await readYaml("infra/prometheus/rules.test.yml"), "tests"))
    .flatMap((test) => items(field(test, "alert_rule_test")))
    .map((expectation) => ({
      alert: text(field(expectation, "alertname")),
      fires: items(field(expectation, "exp_alerts")).length > 0,
    }));

/** The queries of the dashboard. */
export const readDashboardQueries = async (): Promise<readonly string[]> => {
  const dashboard: unknown = JSON.parse(await readText("infra/grafana/dashboards/closebell.json"));
  return items(field(dashboard, "panels"))
    .flatMap((panel) => items(field(panel, "targets")))
    .map((target) => text(field(target, "expr")));
};

const ROLE = /^closebell_(?:owner|application|readonly)$/;

/** Names of metrics that stand as strings in the code of the rooms and apps. */
export const readExportedMetrics = async (): Promise<ReadonlySet<string>> => {
  const names = new Set<string>();
  const files = new Bun.Glob("{apps,packages}/*/src/**/*.ts");
  for await (const path of files.scan({ cwd: ROOT })) {
    if (path.endsWith(".test.ts") || path.includes("/testing/")) continue;
    const code = await readText(path);
    for (const [, name = ""] of code.matchAll(/"(closebell_[a-z0-9_]+)"/g)) {
      if (!ROLE.test(name)) names.add(name);
    }
  }
  return names;
};

/** Names of the service's metrics in a query. */
export const metricsIn = (query: string): readonly string[] =>
  [...query.matchAll(/\bclosebell_[a-z0-9_]+/g)].map((match) =>
    match[0].replace(/_(?:bucket|sum|count)$/, ""),
  );
