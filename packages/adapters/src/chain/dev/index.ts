export * from "./deploy-token.ts";
export * from "./dev-keys.ts";
export * from "./start-anvil.ts";
