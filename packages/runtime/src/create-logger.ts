import type { Logger } from "@closebell/context";
import pino from "pino";
import pretty from "pino-pretty";
import { cleanFields } from "./clean-fields.ts";
import type { Config } from "./read-config.ts";
import { redact } from "./redact.ts";

/** Where lines go: `stdout` for a service, `stderr` for a command whose stdout is data. */
export type LogStream = "stdout" | "stderr";

export type LoggerOptions = Pick<Config, "logLevel" | "logPretty"> & {
  readonly stream?: LogStream;
  /** Which process speaks, on every line. */
  readonly name: string;
  /** Instead of a stream of this process. */
  readonly write?: (line: string) => void;
};

const destinationOf = (options: LoggerOptions): pino.DestinationStream => {
  const { stream = "stdout", write } = options;
  if (write !== undefined) return { write };
  const [fd, terminal] =
    stream === "stdout" ? [1, process.stdout.isTTY] : [2, process.stderr.isTTY];
  if (options.logPretty ?? terminal) {
    return pretty({
      destination: fd,
      // a line is on its way before the process may end
      sync: true,
      colorize: terminal,
      singleLine: true,
      ignore: "pid,hostname,name",
      translateTime: "SYS:HH:MM:ss.l",
    });
  }
  const plain = pino.destination({ fd, sync: true });
  // whoever read our output has gone; that is no reason to go too
  plain.on("error", () => undefined);
  return plain;
};

/** The log of one process: JSON lines, or lines for people on a terminal. */
export const createLogger = (options: LoggerOptions): Logger => {
  const log = pino(
    {
      level: options.logLevel,
      name: options.name,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // cleanFields writes errors itself
      serializers: { err: (value: unknown) => value },
    },
    destinationOf(options),
  );
  return {
    debug: (fields, message) =>
      log.isLevelEnabled("debug") && log.debug(cleanFields(fields), redact(message)),
    info: (fields, message) => log.info(cleanFields(fields), redact(message)),
    warn: (fields, message) => log.warn(cleanFields(fields), redact(message)),
    error: (fields, message) => log.error(cleanFields(fields), redact(message)),
  };
};
