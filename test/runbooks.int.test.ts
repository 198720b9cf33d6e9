import { expect, test } from "bun:test";
import { openDatabase } from "../packages/database/src/index.ts";
import { scratchDatabase } from "../packages/database/src/testing/index.ts";
import { readText, ROOT } from "./infra/read-infra.ts";

test("every query of the runbooks runs for a login that can only read", async () => {
  await using scratch = await scratchDatabase();
  const reader = openDatabase({ url: scratch.url, role: "readonly", max: 1 });
  try {
    let queries = 0;
    for await (const page of new Bun.Glob("docs/runbooks/*.md").scan({ cwd: ROOT })) {
      for (const [, query = ""] of (await readText(page)).matchAll(/```sql\n([^`]+)```/g)) {
        const failure = await reader.sql.unsafe(query).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect({ page, query, failure }).toEqual({ page, query, failure: undefined });
        queries += 1;
      }
    }
    expect(queries).toBeGreaterThan(10);
  } finally {
    await reader.close();
  }
});
