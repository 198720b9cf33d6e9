import { afterAll, beforeAll, expect, test } from "bun:test";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { deliverMail } from "../mail/deliver-mail.ts";
import { listSessions } from "../sessions/list-sessions.ts";
import { memoryMailer, stranger, testIdentity } from "../testing/test-identity.ts";
import { verifyAccessToken } from "../tokens/verify-access-token.ts";
import { register } from "./register.ts";
import { signIn } from "./sign-in.ts";
import { verifyEmail } from "./verify-email.ts";

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());

const PASSWORD = "correct horse battery";

const tokenIn = (text: string): string => /cb_mail_[\w-]+/.exec(text)?.[0] ?? "no token";

test("somebody registers, confirms, signs in and is known by the token", async () => {
  const deps = testIdentity(scratch.database);
  const mailer = memoryMailer();
  await register(deps, { ...stranger(), email: " Ada@Example.com", password: PASSWORD });
  await deliverMail({ ...deps, mailer });
  expect(mailer.sent.map(({ to }) => to)).toEqual(["ada@example.com"]);
  const token = tokenIn(mailer.sent[0]?.text ?? "");
  const first = await verifyEmail(deps, { ...stranger(), token, password: PASSWORD });
  const second = await signIn(deps, {
    ...stranger(),
    email: "ada@example.com",
    password: PASSWORD,
  });
  expect(second.user).toEqual(first.user);
  const principal = await verifyAccessToken(deps, second.tokens.accessToken);
  expect(principal).toMatchObject({
    actor: { kind: "player", id: first.user.id },
    roles: ["player"],
    credential: { id: second.session.id },
  });
  const sessions = await listSessions(deps, { userId: first.user.id });
  expect(sessions.map(({ id }) => id)).toEqual([second.session.id, first.session.id]);
});
