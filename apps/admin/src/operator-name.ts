import { userInfo } from "node:os";

/** `name` in the form of a handle: letters, digits and . _ @ - inside. */
export const asHandle = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9._@-]+/g, "-")
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
    .slice(0, 60) || "operator";

// Bun's userInfo believes $USER, which anybody can set.
const nameOfUid = (): string | undefined => {
  if (process.platform === "win32") return userInfo().username;
  const { exitCode, stdout } = Bun.spawnSync(["/usr/bin/id", "-un"], { stderr: "ignore" });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
};

/**
 * Who runs this command, as the operating system says. No flag names another: what is done by hand is recorded under
 * the login that did it.
 */
export const operatorName = (): string => {
  try {
    const name = nameOfUid();
    if (name !== undefined) return asHandle(name);
  } catch {
    // no such program: the number says as much
  }
  return asHandle(`uid-${process.getuid?.() ?? "unknown"}`);
};
