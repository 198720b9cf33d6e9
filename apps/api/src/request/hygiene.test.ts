import { expect, test } from "bun:test";
import { askingAs } from "../testing/asking.ts";
import { lonelyApi } from "../testing/lonely-api.ts";

test("every answer tells browsers to make nothing of it: success, refusal, failure, page", async () => {
  await using lonely = lonelyApi();
  const nobody = askingAs(lonely.ask, null);
  const answers = [
    await nobody("GET", "/health"),
    await nobody("GET", "/problems"),
    await nobody("GET", "/nothing"),
    await nobody("POST", "/bets"),
    await nobody("GET", "/tvl"),
    await nobody("GET", "/openapi.json"),
    await nobody("GET", "/docs"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 401, 503, 200, 200]);
  for (const { headers } of answers) {
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(headers.get("Strict-Transport-Security")).toContain("max-age=31536000");
    expect(headers.get("Server")).toBeNull();
    expect(headers.get("X-Powered-By")).toBeNull();
  }
});
