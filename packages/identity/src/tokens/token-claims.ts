import { z } from "zod";
import { PERMISSIONS, ROLES } from "../roles.ts";

/** How long an access token counts. */
export const ACCESS_TOKEN_SECONDS = 600;

/** `typ` of an access token (RFC 9068 section 2.1), so that no other JWT passes for one. */
export const TOKEN_TYPE = "at+jwt";

/** The one algorithm tokens are signed with (RFC 8037), whatever a token says of itself. */
export const ALGORITHM = "EdDSA";

/** The header of an access token, and nothing else. */
export const tokenHeader = z.strictObject({
  alg: z.literal(ALGORITHM),
  typ: z.literal(TOKEN_TYPE),
  kid: z.string().regex(/^[\w-]{1,64}$/),
});

const seconds = z.int().min(0).max(253_402_300_799);

/** What an access token says (RFC 9068 section 2.2); times in seconds since 1970. */
export const tokenClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.uuid(),
  sid: z.uuid(),
  jti: z.uuid(),
  client_id: z.string(),
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  roles: z.array(z.enum(ROLES)),
  /** Where a session may do less than its user: all it may do. */
  scope: z.array(z.enum(PERMISSIONS)).optional(),
});
