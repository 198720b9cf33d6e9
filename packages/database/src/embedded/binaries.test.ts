import { expect, test } from "bun:test";
import { mkdir, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hydrateLinks } from "./binaries.ts";

test("links that a skipped postinstall left out are made, and those that exist are left alone", async () => {
  const root = await mkdtemp(join(tmpdir(), "closebell-links-"));
  try {
    await mkdir(join(root, "native", "lib"), { recursive: true });
    await writeFile(join(root, "native", "lib", "libx.so.1.2"), "code");
    const links = ["libx.so", "libx.so.1"].map((name) => ({
      source: "native/lib/libx.so.1.2",
      target: `native/lib/${name}`,
    }));
    await hydrateLinks(root);
    await writeFile(join(root, "native", "pg-symlinks.json"), JSON.stringify(links));
    await hydrateLinks(root);
    await hydrateLinks(root);
    for (const { target } of links) expect(await readlink(join(root, target))).toBe("libx.so.1.2");
    expect(await Bun.file(join(root, "native", "lib", "libx.so")).text()).toBe("code");
  } finally {
    await rm(root, { recursive: true });
  }
});
