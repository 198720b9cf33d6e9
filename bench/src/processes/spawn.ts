import type { z } from "zod";

/** A process of the bench: one order in, one message out. */
export interface Process<T> extends AsyncDisposable {
  readonly pid: number;
  /** Its one message. @throws Error with what it wrote to stderr where it ends without */
  readonly answer: Promise<T>;
}

/** Runs one of the programs beside this file; disposing of it interrupts it, and kills it if it does not end. */
export const spawnProcess = <T>(
  program: "api" | "load" | "settle",
  order: unknown,
  schema: z.ZodType<T>,
): Process<T> => {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const file = new URL(`./${program}.ts`, import.meta.url).pathname;
  const child = Bun.spawn([process.execPath, file], {
    // an order may be longer than an argument; what a service logs goes nowhere, and writing it is part of its cost
    stdio: [new Blob([JSON.stringify(order)]), "ignore", "pipe"],
    ipc: (message: unknown) => {
      const parsed = schema.safeParse(message);
      if (parsed.success) resolve(parsed.data);
      else reject(parsed.error);
    },
  });
  const said = new Response(child.stderr).text();
  const end = async (): Promise<void> => {
    const code = await child.exited;
    reject(new Error(`the process "${program}" ended with ${code}: ${(await said).slice(-2_000)}`));
  };
  void end();
  // whoever disposes of it before the answer does not wait for it
  promise.catch(() => undefined);
  return {
    pid: child.pid,
    answer: promise,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await child.exited;
      clearTimeout(timer);
    },
  };
};
