import { expect, test } from "bun:test";
import { ConfigError } from "./config-error.ts";
import { listenOn } from "./listen-on.ts";

test.each(["not a host", "192.0.2.1"])(
  "HOST=%s, which is none of this machine, is said to be the environment's fault",
  (hostname) => {
    const listen = () =>
      listenOn("PORT", 0, () => Bun.serve({ hostname, port: 0, fetch: () => new Response() }));
    expect(listen).toThrow(ConfigError);
    expect(listen).toThrow("HOST is no address of this machine");
  },
);
