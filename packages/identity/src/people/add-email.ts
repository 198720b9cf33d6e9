import type { Executor } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Gives a user the address they are found by; one in normal form, of nobody else (`email_unique`). */
export const addEmail = async (
  on: Executor,
  input: { readonly userId: string; readonly email: string },
): Promise<void> => {
  await on.execute(sql`
    insert into identity.email (user_id, address) values (${input.userId}, ${input.email})`);
};

/** Whose address it is. */
export const ownerOf = async (on: Executor, email: string): Promise<string | undefined> => {
  const [row] = await on.execute<{ id: string }>(
    sql`select user_id as id from identity.email where address = ${email}`,
  );
  return row?.id;
};

/** A user's address, if there is one. */
export const emailOf = async (on: Executor, userId: string): Promise<string | undefined> => {
  const [row] = await on.execute<{ email: string }>(
    sql`select address as email from identity.email where user_id = ${userId}`,
  );
  return row?.email;
};
