import type { Mailer } from "@closebell/identity";
import { createTransport } from "nodemailer";

export interface SmtpOptions {
  /** `smtps://user:password@host:465` (TLS from the start) or `smtp://…:587` (STARTTLS). */
  readonly url: string;
  /** Whom letters are from: an address, or `Closebell <no-reply@example.com>`. */
  readonly from: string;
}

const PORTS: Readonly<Record<string, number>> = { "smtp:": 587, "smtps:": 465 };

/** Long enough for a slow server, short enough that one that hangs holds up nobody. */
const TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
} as const;

/** Only to this machine is anything said in the clear. */
const isLocal = (host: string): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(host);

/** Sends letters through an SMTP server, one connection each; over TLS unless the server is on this machine. */
export const smtpMailer = ({ url, from }: SmtpOptions): Mailer => {
  const { protocol, hostname, port, username, password } = new URL(url);
  const transport = createTransport({
    host: hostname,
    port: port === "" ? (PORTS[protocol] ?? 587) : Number(port),
    secure: protocol === "smtps:",
    requireTLS: !isLocal(hostname),
    ...(username === ""
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...TIMEOUTS,
  });
  return {
    async send({ to, subject, text }) {
      // an object is taken as one address; a string would be read as a list of them
      await transport.sendMail({ from, to: { name: "", address: to }, subject, text });
    },
    close() {
      transport.close();
      return Promise.resolve();
    },
  };
};
