import type { Mailer } from "@closebell/identity";
import type { Config } from "./read-config.ts";

const toTerminal = (text: string): void => void process.stderr.write(text);

/**
 * What brings letters to people: MAIL_URL's server, or where none is named the terminal. In production nothing then: the
 * letters hold what lets people in, so they wait for a server.
 */
export const createMailer = (
  config: Pick<Config, "mail" | "production">,
  print: (text: string) => void = toTerminal,
): Mailer | undefined => {
  const { url, from } = config.mail;
  if (url === undefined && config.production) return undefined;
  let loaded: Promise<Mailer> | undefined;
  const load = () =>
    (loaded ??= import("@closebell/adapters/mailer").then(({ consoleMailer, smtpMailer }) =>
      url === undefined ? consoleMailer(print) : smtpMailer({ url, from }),
    ));
  return {
    send: async (mail) => (await load()).send(mail),
    close: async () => (await loaded)?.close(),
  };
};
