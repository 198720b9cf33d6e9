/** Who a connection acts as. The login of the URL only connects; rights belong to these roles. */
export type Role = "owner" | "application" | "readonly";

/** The PostgreSQL role behind each `Role`. Roles belong to the whole cluster, so they carry the product's name. */
export const ROLES = {
  owner: "closebell_owner",
  application: "closebell_application",
  readonly: "closebell_readonly",
} as const satisfies Record<Role, string>;
