import { expect, test } from "bun:test";
import { ConfigError } from "./config-error.ts";
import { createMailer } from "./create-mailer.ts";
import { readConfig } from "./read-config.ts";

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const SERVER = "smtps://user:secret@smtp.example.com";

test("letters go to the server that is named, and are from whom it says", () => {
  const from = "Bets <bets@example.com>";
  expect(readConfig({ MAIL_URL: SERVER, MAIL_FROM: from }).mail).toEqual({ url: SERVER, from });
  expect(createMailer({ production: true, mail: { url: SERVER, from } })).toBeDefined();
});

test("what is no server or no sender is refused, and not repeated", () => {
  for (const env of [
    { MAIL_URL: "https://user:secret@smtp.example.com" },
    { MAIL_URL: "smtp.example.com" },
    { MAIL_FROM: "nobody" },
    { MAIL_FROM: "a@b.example, c@d.example" },
    { MAIL_FROM: "A\r\nBcc: x <a@b.example>" },
  ]) {
    const [problem, ...others] = problemsOf(env);
    expect(problem).toStartWith(`${Object.keys(env)[0] ?? ""} must be`);
    expect(problem).not.toContain("secret");
    expect(others).toEqual([]);
  }
});

test("without a server letters show on the terminal, and in production they wait", async () => {
  const { mail } = readConfig({});
  expect(createMailer({ production: true, mail })).toBeUndefined();
  const printed: string[] = [];
  const mailer = createMailer({ production: false, mail }, (text) => void printed.push(text));
  await mailer?.send({ to: "ada@example.com", subject: "Hello", text: "It works." });
  await mailer?.close();
  expect(printed.join("")).toContain("ada@example.com: Hello\n\nIt works.");
});
