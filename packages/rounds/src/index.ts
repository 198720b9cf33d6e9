export * from "./oracle.ts";
