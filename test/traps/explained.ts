import postgres from "postgres";
import type { SqlClient } from "../../packages/database/src/connect.ts";

/** A node of a plan as auto_explain tells it. */
interface PlanNode {
  readonly "Node Type": string;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Join Filter"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [
  node,
  ...(node.Plans ?? []).flatMap(nodesOf),
];

const rowsOf = (node: PlanNode): number =>
  ((node["Actual Rows"] ?? 0) +
    (node["Rows Removed by Join Filter"] ?? 0) +
    (node["Rows Removed by Filter"] ?? 0)) *
  (node["Actual Loops"] ?? 0);

/** A connection of the application on which every statement, those inside functions too, tells what it really did. */
export interface Explained extends AsyncDisposable {
  readonly sql: SqlClient;
  /** Rows that pass through, or are thrown away by, all nodes of all statements that `work` runs. */
  rows(work: () => Promise<unknown>): Promise<number>;
}

export const explained = async (url: string): Promise<Explained> => {
  let plans: PlanNode[] = [];
  const text = (value: unknown): string => String(value);
  const sql = postgres(url, {
    max: 1,
    types: {
      bigint: postgres.BigInt,
      instant: { to: 1184, from: [1184], serialize: text, parse: Temporal.Instant.from },
      plainDate: { to: 1082, from: [1082], serialize: text, parse: text },
    },
    onnotice({ message = "" }) {
      const at = message.indexOf("{");
      if (!message.includes("plan:") || at < 0) return;
      const told: { readonly Plan: PlanNode } = JSON.parse(message.slice(at));
      plans.push(told.Plan);
    },
  });
  await sql.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on; set auto_explain.log_timing = off; set auto_explain.log_format = json;
    set client_min_messages = log; set role closebell_application; set datestyle = 'ISO'; set timezone = 'UTC'`);
  return {
    sql,
    async rows(work) {
      plans = [];
      await work();
      return plans.flatMap(nodesOf).reduce((sum, node) => sum + rowsOf(node), 0);
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
  };
};
