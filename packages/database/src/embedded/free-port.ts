import { createServer } from "node:net";

const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });

/** True while nothing listens on `port` of this host. */
export const isPortFree = async (port: number): Promise<boolean> =>
  (await tryPort(port)) !== undefined;

/** A port nothing listens on: `preferred` if that is free, any other if not. */
export const freePort = async (preferred?: number): Promise<number> => {
  const port =
    (preferred === undefined ? undefined : await tryPort(preferred)) ?? (await tryPort(0));
  if (port === undefined) throw new Error("no free port on 127.0.0.1");
  return port;
};
