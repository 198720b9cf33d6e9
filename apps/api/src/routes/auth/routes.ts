import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { jwksRoutes } from "./jwks.ts";
import { registerRoutes } from "./register.ts";
import { secondFactorRoutes } from "./second-factor.ts";
import { sessionRoutes } from "./sessions.ts";
import { signInRoutes } from "./sign-in.ts";

/** Everything under `/auth`, and the keys that its tokens are signed with. */
export const authRoutes = (app: ApiApp, parts: ApiParts): void => {
  registerRoutes(app, parts);
  signInRoutes(app, parts);
  sessionRoutes(app, parts);
  secondFactorRoutes(app, parts);
  apiKeyRoutes(app, parts);
  jwksRoutes(app, parts);
};
