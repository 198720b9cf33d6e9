import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";

// that of identity.keep_an_admin()
const STAFF_LOCK = 4_215_338_072n;

/** One change of roles at a time, so that two admins can't take the role from each other at once. */
export const lockStaff = async (work: Pick<Work, "tx">): Promise<void> => {
  await work.tx.execute(sql`select pg_advisory_xact_lock(${STAFF_LOCK})`);
};

/** Whether anybody is an admin. */
export const hasAdmin = async (work: Pick<Work, "tx">): Promise<boolean> => {
  const [row] = await work.tx.execute<{ found: boolean }>(sql`
    select exists (select from identity.user_role where role = 'admin' and revoked_at is null) as found`);
  return row?.found === true;
};
