import type { Mailer } from "@closebell/identity";

/** Prints letters for whoever watches the terminal: for development and the sandbox, since whoever reads them may use them. */
export const consoleMailer = (print: (text: string) => void): Mailer => ({
  send({ to, subject, text }) {
    print(`\n--- letter to ${to}: ${subject}\n\n${text.trimEnd()}\n\n---\n`);
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
});
