/** A letter of plain text. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Brings letters to where they are read. */
export interface Mailer {
  /** Resolves once the letter was taken; rejects where it was not, and may then be called again with the same one. */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
