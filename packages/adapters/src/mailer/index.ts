export * from "./console-mailer.ts";
export * from "./smtp-mailer.ts";
