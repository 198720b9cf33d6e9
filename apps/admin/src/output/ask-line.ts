import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Interrupted } from "./failure.ts";

/**
 * One line from whoever sits at the terminal; undefined where Ctrl-D ends it. `secret` is not shown while it is typed.
 * @throws Interrupted on Ctrl-C, which is no signal while a line is read
 */
export const askLine = async (
  {
    stdin,
    stderr,
  }: { readonly stdin: NodeJS.ReadableStream; readonly stderr: NodeJS.WritableStream },
  question: string,
  { secret }: { readonly secret: boolean } = { secret: false },
): Promise<string | undefined> => {
  stderr.write(question);
  const echo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!secret) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output: echo, terminal: true, prompt: "" });
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  let answered = false;
  lines.once("line", (line) => {
    answered = true;
    resolve(line);
  });
  lines.once("SIGINT", () => reject(new Interrupted()));
  lines.once("close", () => resolve(undefined));
  try {
    return await promise;
  } finally {
    lines.close();
    if (secret || !answered) stderr.write("\n");
  }
};
