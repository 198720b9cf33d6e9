import { SYSTEM_ACTORS, randomIds, type By } from "@closebell/context";
import {
  createLogger,
  createRuntime,
  migrateAll,
  readConfig,
  type Runtime,
} from "@closebell/runtime";
import postgres from "postgres";
import { NotConserved, type Stage } from "../stage.ts";

/** The service on one database, built as its own processes build it. */
export interface House extends AsyncDisposable {
  readonly url: string;
  /** `deps` of every verb. */
  readonly runtime: Runtime;
  /** As the superuser, for what no verb does. */
  readonly sql: postgres.Sql;
  readonly by: By;
  /** @throws NotConserved unless every invariant of the books holds */
  audit(): Promise<void>;
}

/** The configuration of a process on the database at `url`; what the environment says is not asked. */
export const configFor = (url: string) =>
  readConfig({
    DATABASE_URL: url,
    LOG_LEVEL: "warn",
    LOG_PRETTY: "false",
    HOST: "127.0.0.1",
    PORT: "0",
    // counted as in production; nobody is refused
    RATE_LIMIT_ADDRESS: "1000000",
    RATE_LIMIT_BETS: "1000000",
    // the databases of the bench live as long as a run
    AUTH_SECRET: "bench".repeat(9),
  });

export const byOf = (): By => ({
  actor: SYSTEM_ACTORS.migration,
  requestId: randomIds.uuid(),
  reason: "bench",
});

/** A pool as the login itself, with `settings` over the server's own. */
export const openSql = (
  url: string,
  max = 2,
  settings: Readonly<Record<string, string>> = {},
): postgres.Sql =>
  postgres(url, {
    max,
    onnotice: () => undefined,
    connection: { application_name: "bench", ...settings },
  });

/** Where a sandbox of the bench begins: a Monday morning, hours before the lock. */
const SANDBOX_NOW = "2026-11-23T12:00:00Z";

/** A new database with every migration and the default market; copies of one that is made at the first call. */
export const createHouse = async (
  { server, migrated }: Pick<Stage, "server" | "migrated">,
  options: { readonly sandbox: boolean },
): Promise<string> => {
  const kind = options.sandbox ? "sandbox" : "real";
  let template = migrated.get(kind);
  if (template === undefined) {
    template = await server.createDatabase();
    const config = configFor(template);
    const log = createLogger({ ...config, name: "bench", stream: "stderr" });
    const sandbox = { now: Temporal.Instant.from(SANDBOX_NOW) };
    await migrateAll({ url: template, config, log, ...(options.sandbox ? { sandbox } : {}) });
    migrated.set(kind, template);
  }
  return server.createDatabase(template);
};

export const openHouse = async (url: string): Promise<House> => {
  const config = configFor(url);
  const log = createLogger({ ...config, name: "bench", stream: "stderr" });
  const runtime = await createRuntime({ config, log, place: { url }, name: "bench" });
  const sql = openSql(url);
  return {
    url,
    runtime,
    sql,
    by: byOf(),
    async audit() {
      const { ok, checks } = await runtime.audit();
      if (ok) return;
      const wrong = checks
        .filter((check) => !check.ok)
        .map(({ name, detail }) => `${name}: ${detail}`);
      throw new NotConserved(`the books do not balance: ${wrong.join("; ")}`);
    },
    async [Symbol.asyncDispose]() {
      await runtime.stop();
      await sql.end({ timeout: 1 });
    },
  };
};

/** A copy of the database at `template`, opened, and dropped when disposed. */
export const copyHouse = async (
  { server }: Pick<Stage, "server">,
  template: string,
): Promise<House> => {
  const url = await server.createDatabase(template);
  const house = await openHouse(url);
  return {
    ...house,
    async [Symbol.asyncDispose]() {
      await house[Symbol.asyncDispose]();
      await server.dropDatabase(url);
    },
  };
};
