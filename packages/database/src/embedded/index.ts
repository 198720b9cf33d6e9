export * from "./attach-embedded.ts";
export { freePort } from "./free-port.ts";
export * from "./start-embedded.ts";
