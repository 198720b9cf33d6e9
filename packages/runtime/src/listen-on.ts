import { ConfigError } from "./config-error.ts";

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/**
 * Runs `listen`, which opens `port`.
 * @throws ConfigError that names the variable to change where the port is taken or not allowed
 */
export const listenOn = <T>(variable: string, port: number, listen: () => T): T => {
  try {
    return listen();
  } catch (error) {
    switch (codeOf(error)) {
      case "EADDRINUSE":
        throw new ConfigError([
          `Port ${port} is taken by another program. Stop it, or set ${variable} to another port.`,
        ]);
      case "EACCES":
        throw new ConfigError([
          `This user may not listen on port ${port}. Set ${variable} to a port above 1023.`,
        ]);
      case "EADDRNOTAVAIL":
      // a name that nobody knows
      case "ENOTFOUND":
      case "EINVAL":
        throw new ConfigError(["HOST is no address of this machine. Correct it or leave it out."]);
      default:
        throw error;
    }
  }
};
