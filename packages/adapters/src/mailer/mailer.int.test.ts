import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { errorOf } from "@closebell/database/testing";
import { SMTPServer } from "smtp-server";
import { consoleMailer } from "./console-mailer.ts";
import { smtpMailer } from "./smtp-mailer.ts";

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

const received: Received[] = [];
let plain: SMTPServer;
let starttls: SMTPServer;

const serve = async (disabledCommands: string[]): Promise<SMTPServer> => {
  const server = new SMTPServer({
    disabledCommands,
    logger: false,
    onAuth: (auth, _session, done) => {
      const right = auth.username === "user" && auth.password === "p@ss";
      done(right ? null : new Error("no"), right ? { user: "user" } : undefined);
    },
    onRcptTo: (address, _session, done) => {
      done(address.address.startsWith("nobody") ? new Error("no such mailbox") : null);
    },
    onData: (stream, session, done) => {
      const parts: Uint8Array[] = [];
      stream.on("data", (part: Uint8Array) => parts.push(part));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        received.push({ from, to, text: Buffer.concat(parts).toString("utf8") });
        done();
      });
    },
    authOptional: true,
    allowInsecureAuth: true,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", () => resolve()));
  return server;
};

const portOf = (server: SMTPServer): number => {
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  return address.port;
};

beforeAll(async () => {
  [plain, starttls] = await Promise.all([serve(["STARTTLS"]), serve([])]);
});
afterAll(async () => {
  const close = (server: SMTPServer) => new Promise<void>((done) => server.close(() => done()));
  await Promise.all([close(plain), close(starttls)]);
});
beforeEach(() => void received.splice(0));

const from = "Closebell <no-reply@bets.example>";
const mail = { to: "ada@example.com", subject: "A token", text: "It is:\n\ncb_mail_x\n" };
const urlOf = (server: SMTPServer, login = "", host = "127.0.0.1") =>
  `smtp://${login}${host}:${portOf(server)}`;

test("a letter arrives as it was written, from whom it is", async () => {
  const mailer = smtpMailer({ url: urlOf(plain, "user:p%40ss@"), from });
  await mailer.send(mail);
  await mailer.close();
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ from: "no-reply@bets.example", to: ["ada@example.com"] });
  expect(received[0]?.text).toContain("Subject: A token\r\n");
  expect(received[0]?.text).toContain("\r\n\r\nIt is:\r\n\r\ncb_mail_x\r\n");
});

test("an address is one address, and a subject one line", async () => {
  const mailer = smtpMailer({ url: urlOf(plain), from });
  await mailer.send({ ...mail, to: "ada@example.com,eve@example.com" }).catch(() => undefined);
  await mailer.send({ ...mail, subject: "A\r\nBcc: eve@example.com" });
  expect(received.flatMap(({ to }) => to)).not.toContain("eve@example.com");
  for (const { text } of received) expect(text).not.toMatch(/^Bcc:/m);
});

test("a wrong password, an unknown mailbox and a server that is gone are refusals", async () => {
  const refused = [
    { url: urlOf(plain, "user:wrong@"), to: "ada@example.com" },
    { url: urlOf(plain), to: "nobody@example.com" },
    { url: "smtp://127.0.0.1:1", to: "ada@example.com" },
  ];
  for (const { url, to } of refused) {
    const attempt = smtpMailer({ url, from }).send({ ...mail, to });
    expect(await errorOf(attempt)).toBeInstanceOf(Error);
  }
  expect(received).toEqual([]);
});

test("nothing goes to another machine in the clear, nor to one whose certificate nobody vouches for", async () => {
  const inTheClear = smtpMailer({ url: urlOf(plain, "", "127.0.0.2"), from });
  expect(await errorOf(inTheClear.send(mail))).toBeInstanceOf(Error);
  expect(await errorOf(smtpMailer({ url: urlOf(starttls), from }).send(mail))).toBeInstanceOf(
    Error,
  );
  expect(received).toEqual([]);
});

test("the console shows what a letter says and to whom", async () => {
  const printed: string[] = [];
  const mailer = consoleMailer((text) => void printed.push(text));
  await mailer.send(mail);
  await mailer.close();
  expect(printed.join("")).toContain("ada@example.com: A token");
  expect(printed.join("")).toContain("cb_mail_x");
});
