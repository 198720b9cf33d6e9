const COMMANDS = ["start", "sandbox", "dev:chain", "demo"] as const;

/** What the program can be asked to do. */
export type Command = (typeof COMMANDS)[number];

/** What a command line asks for: one command and nothing else; undefined where it makes no sense. */
export const readCommand = (args: readonly string[]): Command | "help" | undefined => {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return "help";
  const [name, ...rest] = args;
  return rest.length > 0 ? undefined : COMMANDS.find((command) => command === name);
};
