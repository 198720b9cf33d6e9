import { expect, test } from "bun:test";
import { invitedAnswer } from "./staff.ts";

test("whoever was invited, and where their token went, stand in two columns", () => {
  const now = Temporal.Instant.from("2026-11-24T02:00:00Z");
  const member = { id: "4711", handle: "olga", roles: ["operator"], createdAt: now } as const;
  const invited = { member, email: "olga@example.com", expiresAt: now.add({ hours: 24 }) };
  expect(invitedAnswer(invited).text).toStartWith(
    [
      "who              olga",
      "id               4711",
      "roles            operator",
      "token mailed to  olga@example.com",
      "until            2026-11-25T02:00:00Z",
    ].join("\n"),
  );
});
