import { PERMISSIONS, ROLES } from "@closebell/identity";
import { z } from "@hono/zod-openapi";
import { EXAMPLE_ADDRESS, idIn, idOut, instantOut, lineIn } from "./common.ts";
import { userSchema } from "./user.ts";

const email = z.string().min(3).max(254).openapi({ example: "ada@example.com" });
const password = z
  .string()
  .min(1)
  .max(1024)
  .openapi({ example: "correct horse battery staple", format: "password" });
const newPassword = password.openapi({
  description: "The password to be. Long is better than odd",
});
const secondFactor = {
  totp: z
    .string()
    .regex(/^[0-9]{6}$/, "must be the six digits of your authenticator")
    .optional()
    .openapi({ example: "492039", description: "Where a second factor is enrolled" }),
  recoveryCode: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .openapi({ description: "In place of `totp`; each counts once" }),
};
const code = z
  .string()
  .regex(/^[0-9]{6}$/, "must be the six digits of your authenticator")
  .openapi({ example: "492039" });
const token = z.string().min(1).max(512);

export const registerBody = z.strictObject({ email, password: newPassword });

export const verifyEmailBody = z.strictObject({
  token: token.openapi({ description: "From the mail" }),
  password: password.openapi({ description: "The one chosen at registration" }),
});

export const signInBody = z.strictObject({ email, password, ...secondFactor });

export const challengeBody = z.strictObject({
  address: z
    .string()
    .regex(/^0x[0-9A-Fa-f]{40}$/, "must be an Ethereum address")
    .openapi({ example: EXAMPLE_ADDRESS }),
  chainId: z
    .number()
    .int()
    .min(1)
    .max(2 ** 53 - 1)
    .openapi({ example: 1 }),
});

export const challengeSchema = z
  .object({
    message: z.string().openapi({ description: "To be signed as it is (EIP-4361, EIP-191)" }),
    nonce: z.string(),
    expiresAt: instantOut("2026-11-20T12:05:00Z", "Until when it may be signed in with. Real time"),
  })
  .openapi("WalletChallenge");

export const walletSignInBody = z.strictObject({
  message: z.string().min(1).max(4096),
  signature: z
    .string()
    .min(1)
    .max(4096)
    .openapi({ description: "Of the message, by the address it names" }),
  ...secondFactor,
});

export const emailBody = z.strictObject({ email });

export const resetPasswordBody = z.strictObject({
  token: token.openapi({ description: "From the mail" }),
  password: newPassword,
});

export const changePasswordBody = z.strictObject({
  currentPassword: password,
  newPassword,
});

export const refreshBody = z.strictObject({
  refreshToken: token.openapi({ description: "Good for one refresh" }),
});

export const enrolTotpBody = z.strictObject({
  totp: secondFactor.totp.openapi({ description: "The current code, where one is enrolled" }),
  recoveryCode: secondFactor.recoveryCode,
});
export const totpBody = z.strictObject({ code });
export const removeTotpBody = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(64)
    .openapi({ example: "492039", description: "A current code, or a recovery code" }),
});

export const signedInSchema = z
  .object({
    user: userSchema,
    sessionId: idOut("The session the tokens belong to"),
    tokenType: z.literal("Bearer"),
    accessToken: z
      .string()
      .openapi({ description: "For `Authorization: Bearer`. A JWT (RFC 9068)" }),
    accessTokenExpiresAt: instantOut("2026-11-20T12:10:00Z", "Real time, also in a sandbox"),
    refreshToken: z.string().openapi({ description: "For POST /auth/refresh, once" }),
    refreshTokenExpiresAt: instantOut("2026-12-20T12:00:00Z", "Real time, also in a sandbox"),
    mustEnrolSecondFactor: z.boolean().openapi({
      description:
        "True for staff without a second factor: this session can enrol one, and nothing else",
    }),
  })
  .openapi("SignedIn");

const permission = z.enum(PERMISSIONS);

export const principalSchema = z
  .object({
    user: userSchema,
    roles: z.array(z.enum(ROLES)),
    permissions: z.array(permission).openapi({
      description: "What the roles allow, cut to what this credential may do",
    }),
    credential: z.object({
      kind: z.enum(["access-token", "api-key"]),
      id: idOut("The session's id, or the API key's"),
      expiresAt: instantOut("2026-11-20T12:10:00Z", "From when on it no longer counts").nullable(),
    }),
  })
  .openapi("Principal");

export const sessionSchema = z
  .object({
    id: idOut("The session's id"),
    current: z.boolean().openapi({ description: "True for the session that asks" }),
    method: z.enum(["email", "password", "wallet"]),
    secondFactor: z.boolean(),
    address: z.string().openapi({ example: "203.0.113.7", description: "Where it signed in from" }),
    userAgent: z.string().nullable(),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When it signed in"),
    refreshedAt: instantOut("2026-11-20T12:09:00Z", "When its tokens were last refreshed"),
    expiresAt: instantOut("2026-12-20T12:00:00Z", "From when on it can't be refreshed"),
  })
  .openapi("Session");

export const sessionsSchema = z.object({ items: z.array(sessionSchema) }).openapi("Sessions");
export const sessionParams = z.strictObject({ sessionId: idIn("The session's id") });
export const endedSchema = z
  .object({ ended: z.number().int().openapi({ description: "How many sessions were ended" }) })
  .openapi("EndedSessions");

export const totpSecretSchema = z
  .object({
    secret: z.string().openapi({ description: "Base32. Shown once" }),
    uri: z.string().openapi({ description: "`otpauth://`, for a QR code" }),
  })
  .openapi("TotpSecret");

export const recoveryCodesSchema = z
  .object({
    recoveryCodes: z
      .array(z.string())
      .openapi({ description: "Each signs in once in place of a code. Shown once" }),
  })
  .openapi("RecoveryCodes");

export const createApiKeyBody = z.strictObject({
  name: lineIn(100).openapi({ example: "trading bot" }),
  scopes: z
    .array(permission)
    .min(1)
    .max(PERMISSIONS.length)
    .optional()
    .openapi({ description: "What it may do: no more than you. Everything it can, if missing" }),
  expiresInDays: z
    .number()
    .int()
    .min(1)
    .max(366)
    .optional()
    .openapi({ example: 90, description: "90 if missing" }),
});

export const apiKeySchema = z
  .object({
    id: idOut("The API key's id"),
    name: z.string().openapi({ example: "trading bot" }),
    scopes: z.array(permission),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When it was made. Real time"),
    expiresAt: instantOut("2027-02-18T12:00:00Z", "From when on it no longer counts"),
    lastUsedAt: instantOut("2026-11-20T13:00:00Z", "To the hour").nullable(),
    revokedAt: instantOut("2026-11-21T12:00:00Z", "Since when it no longer counts").nullable(),
  })
  .openapi("ApiKey");

export const newApiKeySchema = z
  .object({
    apiKey: apiKeySchema,
    key: z.string().openapi({ description: "For `Authorization: Bearer`. Shown this once" }),
  })
  .openapi("NewApiKey");

export const apiKeyParams = z.strictObject({ apiKeyId: idIn("The API key's id") });

export const jwksSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal("OKP"),
        crv: z.literal("Ed25519"),
        x: z.string(),
        kid: z.string(),
        alg: z.literal("EdDSA"),
        use: z.literal("sig"),
      }),
    ),
  })
  .openapi("Jwks");
