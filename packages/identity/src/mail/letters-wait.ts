import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** For how many seconds the oldest letter that was not sent yet has waited; 0 where there is none. */
export const lettersWait = async ({ database }: Pick<Deps, "database">): Promise<number> => {
  const [row] = await reachable(database.url, () =>
    database.orm.execute<{ seconds: number }>(sql`
      select coalesce(extract(epoch from identity.now() - min(created_at)), 0)::float8 as seconds
      from identity.letter`),
  );
  return row?.seconds ?? 0;
};
