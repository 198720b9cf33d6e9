import { text as textOf } from "node:stream/consumers";
import { isatty } from "node:tty";
import { styleText } from "node:util";
import { askLine } from "./ask-line.ts";

/** Where a command writes: data to stdout, talk to stderr. */
export interface Terminal {
  data(text: string): void;
  talk(text: string): void;
  /** True where stderr is a terminal, so that a line of progress may be written over. */
  readonly live: boolean;
  /** Columns of stderr. */
  readonly width: number;
  /** Writes over the last line of progress; an empty text removes it. */
  progress(text: string): void;
  /**
   * What whoever sits here answers; undefined where nobody does. `secret` is not shown while it is typed.
   * @throws Interrupted where the answer is Ctrl-C
   */
  ask(question: string, options?: { readonly secret: boolean }): Promise<string | undefined>;
  /** All of stdin, where it is no terminal. */
  piped(): Promise<string | undefined>;
  /** Bold, where stdout is a terminal and NO_COLOR is not set. */
  bold(text: string): string;
}

/** Whoever read our output may be gone (`| head`): that is no failure. */
const ignoreClosedPipe = (stream: NodeJS.WriteStream): void => {
  stream.on("error", (error: Error) => {
    if (!("code" in error && error.code === "EPIPE")) throw error;
  });
};

/** The terminal of this process. */
export const processTerminal = (): Terminal => {
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) ignoreClosedPipe(stream);
  const live = isatty(stderr.fd);
  const clear = live ? "\r\u001B[K" : "";
  return {
    live,
    width: stderr.columns || 80,
    data: (text) => void stdout.write(`${text}\n`),
    talk: (text) => void stderr.write(`${clear}${text}\n`),
    progress: (text) => void (live && stderr.write(`${clear}${text}`)),
    ask: (question, options) =>
      live && isatty(stdin.fd)
        ? askLine({ stdin, stderr }, question, options)
        : Promise.resolve(undefined),
    piped: () => (isatty(stdin.fd) ? Promise.resolve(undefined) : textOf(stdin)),
    bold: (text) => styleText("bold", text, { stream: stdout }),
  };
};
