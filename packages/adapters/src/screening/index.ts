export * from "./http-screening.ts";
