import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { ConfigError } from "./config-error.ts";
import { explain } from "./explain.ts";
import { listenOn } from "./listen-on.ts";

test("what was foreseen is a line, anything else a stack, and neither holds a password", () => {
  expect(explain(new ConfigError(["PORT is wrong.", "HOST is wrong."]))).toBe(
    "PORT is wrong.\nHOST is wrong.",
  );
  expect(explain(new DomainError("DATABASE_UNAVAILABLE", "Start it."))).toBe("Start it.");
  expect(explain(new Error("postgres://u:secret@h is odd"))).toMatch(
    /^Error: postgres:\/\/u:\*\*\*@h/,
  );
  expect(explain("odd")).toBe("odd");
});

test("a port that is taken names the variable to change", () => {
  const fetch = () => new Response();
  const first = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
  const port = first.port ?? 0;
  const again = () =>
    listenOn("PORT", port, () => Bun.serve({ port, hostname: "127.0.0.1", fetch }));
  try {
    expect(again).toThrow(
      `Port ${port} is taken by another program. Stop it, or set PORT to another port.`,
    );
  } finally {
    void first.stop(true);
  }
});

test("what else goes wrong while listening stays what it was", () => {
  const odd = () =>
    listenOn("PORT", 1, () => {
      throw new Error("odd");
    });
  expect(odd).toThrow("odd");
  expect(odd).not.toThrow(ConfigError);
});
