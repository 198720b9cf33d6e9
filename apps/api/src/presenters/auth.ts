import type { ApiKey, Principal, Session, SignedIn, User } from "@closebell/identity";
import type { z } from "@hono/zod-openapi";
import type {
  apiKeySchema,
  principalSchema,
  sessionSchema,
  signedInSchema,
} from "../schemas/auth.ts";
import { presentUser } from "./user.ts";

export const presentSignedIn = (signedIn: SignedIn): z.infer<typeof signedInSchema> => {
  const { user, session, tokens } = signedIn;
  return {
    user: presentUser(user),
    sessionId: session.id,
    tokenType: "Bearer",
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt.toString(),
    refreshToken: tokens.refreshToken,
    refreshTokenExpiresAt: tokens.refreshTokenExpiresAt.toString(),
    mustEnrolSecondFactor: signedIn.mustEnrolSecondFactor,
  };
};

export const presentPrincipal = (
  { roles, permissions, credential }: Principal,
  user: User,
): z.infer<typeof principalSchema> => ({
  user: presentUser(user),
  roles: [...roles],
  permissions: [...permissions],
  credential: {
    kind: credential.kind,
    id: credential.id,
    expiresAt: credential.expiresAt?.toString() ?? null,
  },
});

export const presentSession = (
  session: Session,
  current: string | undefined,
): z.infer<typeof sessionSchema> => ({
  id: session.id,
  current: session.id === current,
  method: session.method,
  secondFactor: session.secondFactor,
  address: session.address,
  userAgent: session.userAgent,
  createdAt: session.createdAt.toString(),
  refreshedAt: session.refreshedAt.toString(),
  expiresAt: session.expiresAt.toString(),
});

export const presentApiKey = (key: ApiKey): z.infer<typeof apiKeySchema> => ({
  id: key.id,
  name: key.name,
  scopes: [...key.scopes],
  createdAt: key.createdAt.toString(),
  expiresAt: key.expiresAt.toString(),
  lastUsedAt: key.lastUsedAt?.toString() ?? null,
  revokedAt: key.revokedAt?.toString() ?? null,
});
