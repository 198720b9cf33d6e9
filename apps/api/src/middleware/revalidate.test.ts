import { expect, test } from "bun:test";
import { Hono } from "hono";
import type { ApiEnv } from "../api-env.ts";
import { revalidate } from "./revalidate.ts";

const serve = () => {
  let pools = "1";
  const app = new Hono<ApiEnv>();
  app.get("/rounds", revalidate, (c) => c.json({ pools }));
  app.get("/gone", revalidate, (c) => c.json({}, 404));
  const get = async (path: string, tag?: string) => {
    const headers = tag === undefined ? {} : { "If-None-Match": tag };
    const response = await app.request(path, { headers });
    return {
      status: response.status,
      tag: response.headers.get("ETag") ?? "",
      type: response.headers.get("Content-Type"),
      cache: response.headers.get("Cache-Control"),
      text: await response.text(),
    };
  };
  return {
    get,
    change: (next: string) => {
      pools = next;
    },
  };
};

test("an unchanged answer is 304 without a body; a changed one comes with a new tag", async () => {
  const { get, change } = serve();
  const first = await get("/rounds");
  expect(first).toMatchObject({ status: 200, text: '{"pools":"1"}', cache: "public, no-cache" });
  expect(first.tag).toMatch(/^"\w+"$/);
  for (const known of [first.tag, `W/${first.tag}`, `"x", ${first.tag}`, "*"])
    expect(await get("/rounds", known)).toEqual({ ...first, status: 304, text: "", type: null });
  expect((await get("/rounds", '"x"')).status).toBe(200);
  change("2");
  const second = await get("/rounds", first.tag);
  expect(second).toMatchObject({ status: 200, text: '{"pools":"2"}' });
  expect(second.tag).not.toBe(first.tag);
});

test("a refusal gets no tag", async () => {
  const { get } = serve();
  expect(await get("/gone")).toMatchObject({ status: 404, tag: "", cache: null });
});
