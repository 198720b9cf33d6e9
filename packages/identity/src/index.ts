import { fileURLToPath } from "node:url";
import type { MigrationSet } from "@closebell/database";

export * from "./api-keys/create-api-key.ts";
export type { ApiKey } from "./api-keys/api-key.ts";
export { isApiKey } from "./api-keys/api-key-text.ts";
export type * from "./api-keys/key-deps.ts";
export * from "./api-keys/list-api-keys.ts";
export * from "./api-keys/revoke-api-key.ts";
export * from "./api-keys/verify-api-key.ts";
export { createUser } from "./create-user.ts";
export * from "./get-user.ts";
export type * from "./identity-deps.ts";
export * from "./list-users.ts";
export * from "./mail/deliver-mail.ts";
export * from "./mail/letters-wait.ts";
export type * from "./mail/mailer.ts";
export * from "./people/change-password.ts";
export * from "./people/purge-expired.ts";
export * from "./people/register.ts";
export * from "./people/request-password-reset.ts";
export * from "./people/reset-password.ts";
export * from "./people/sign-in.ts";
export * from "./people/verify-email.ts";
export type { Principal } from "./principal.ts";
export * from "./roles.ts";
export * from "./second-factor/confirm-totp.ts";
export * from "./second-factor/enrol-totp.ts";
export * from "./second-factor/remove-totp.ts";
export * from "./second-factor/reset-second-factor.ts";
export { createPasswordHasher, type PasswordHasher } from "./secrets/password-hasher.ts";
export * from "./sessions/end-all-sessions.ts";
export * from "./sessions/end-session.ts";
export * from "./sessions/list-sessions.ts";
export * from "./sessions/refresh-session.ts";
export type * from "./sessions/session.ts";
export * from "./staff/change-role.ts";
export * from "./staff/claim-staff.ts";
export type { ClaimToken } from "./staff/claim-token.ts";
export * from "./staff/create-staff.ts";
export * from "./staff/get-staff-member.ts";
export * from "./staff/invite-staff.ts";
export * from "./staff/list-staff.ts";
export * from "./staff/permission-to-decide.ts";
export { rolesOf } from "./staff/roles-of.ts";
export * from "./staff/sandbox-crew.ts";
export type { StaffMember } from "./staff/staff-member.ts";
export * from "./tokens/public-keys.ts";
export * from "./tokens/rotate-signing-key.ts";
export * from "./tokens/verify-access-token.ts";
export type { User } from "./user.ts";
export * from "./wallet/sign-in-with-wallet.ts";
export * from "./wallet/start-wallet-sign-in.ts";
export type * from "./wallet/wallet-signatures.ts";

export const migrations: MigrationSet = {
  name: "identity",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
