import { ROLES } from "@closebell/database";

/** Where the queue on PostgreSQL keeps its tables, unless told otherwise. */
export const QUEUE_SCHEMA = "jobs";

// Any number that nobody else takes will do, as long as every version of the service takes the same one.
const QUEUE_LOCK = 4_215_338_074n;

const grants = (schema: string) => `
  grant usage on schema ${schema} to ${ROLES.application}, ${ROLES.readonly};
  grant select, insert, update, delete on all tables in schema ${schema} to ${ROLES.application};
  grant usage, select on all sequences in schema ${schema} to ${ROLES.application};
  grant execute on all functions in schema ${schema} to ${ROLES.application};
  grant select on all tables in schema ${schema} to ${ROLES.readonly};`;

/**
 * Creates or updates the queue's schema, as closebell_owner, and lets the application use it. After `migrate`, whose roles
 * it needs; safe to run again and by several processes at once.
 */
export const migrateQueue = async (url: string, schema: string = QUEUE_SCHEMA): Promise<void> => {
  const [{ runMigrations }, { default: pg }] = await Promise.all([import("bullmq"), import("pg")]);
  const client = new pg.Client({
    connectionString: url,
    application_name: "closebell-migrate",
    options: `-c role=${ROLES.owner}`,
    connectionTimeoutMillis: 10_000,
  });
  // an error after the last query is of no interest, but must not end the process
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [QUEUE_LOCK.toString()]);
    await runMigrations(client, schema);
    await client.query(grants(client.escapeIdentifier(schema)));
  } finally {
    await client.end();
  }
};
