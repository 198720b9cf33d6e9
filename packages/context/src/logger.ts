/** What rooms need of a logger; runtime passes pino. Amounts go in as strings, since JSON has no integers of their size. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
