import {
  PROVIDER_SHAPES,
  type ProviderShape,
  type ShapedAnswer,
  type ShapedProvider,
  type WrittenClose,
} from "./provider-shapes.ts";

/** What goes wrong with one answer. */
export type ProviderFault =
  /** An answer of this status, HTML unless `body` says otherwise. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The provider's own words for too many requests. */
  | { readonly kind: "too-many"; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: "html" }
  /** Takes the question and says nothing. */
  | { readonly kind: "silent" }
  /** Begins to answer, and goes on for ever, a byte at a time. */
  | { readonly kind: "drip" }
  /** Breaks the connection in the middle of the body. */
  | { readonly kind: "cut" }
  /** Ends the body in the middle, as if that were all. */
  | { readonly kind: "half" }
  | { readonly kind: "huge" }
  /** The right answer about another day, or another symbol. */
  | { readonly kind: "about"; readonly date?: string; readonly symbol?: string }
  | { readonly kind: "body"; readonly body: string };

/** A request the server got. */
export interface ProviderRequestSeen {
  readonly provider: ShapedProvider;
  readonly symbol: string;
  readonly date: string;
  readonly url: URL;
  readonly headers: Headers;
}

export interface ProviderServer extends AsyncDisposable {
  /** Base address of every provider at once: their paths differ. */
  readonly url: string;
  readonly asked: readonly ProviderRequestSeen[];
  /** From now on this is the close; `written` is JSON, so 1.5, "1.5" and 15e-1 are three ways to say the same. */
  publish(close: WrittenClose): void;
  /** The next `times` answers (all, unless given) about `date` (any, unless given) go wrong. */
  fail(fault: ProviderFault, about?: { readonly date?: string; readonly times?: number }): void;
  /** No fault any more. */
  heal(): void;
}

const HTML = "<!doctype html><html><body><h1>Service Unavailable</h1></body></html>";

const html = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  new Response(HTML, { status, headers: { "content-type": "text/html", ...headers } });

const send = ({ status, body }: ShapedAnswer, headers: Readonly<Record<string, string>> = {}) =>
  new Response(body, { status, headers: { "content-type": "application/json", ...headers } });

const stream = (start: (controller: ReadableStreamDefaultController<Uint8Array>) => unknown) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        void start(controller);
      },
    }),
    { headers: { "content-type": "application/json" } },
  );

const bytes = (text: string) => new TextEncoder().encode(text);

const misanswer = async (
  fault: ProviderFault,
  right: (about: { readonly date?: string; readonly symbol?: string }) => ShapedAnswer,
  shape: ProviderShape,
  ended: AbortSignal,
): Promise<Response> => {
  switch (fault.kind) {
    case "status":
      return fault.body === undefined
        ? html(fault.status, fault.headers)
        : send({ status: fault.status, body: fault.body }, fault.headers);
    case "too-many":
      return send(shape.tooMany(), fault.headers);
    case "html":
      return html(200);
    case "silent":
      await new Promise((resolve) => ended.addEventListener("abort", resolve, { once: true }));
      return html(503);
    case "drip":
      return stream(async (controller) => {
        controller.enqueue(bytes("{"));
        while (!ended.aborted) {
          await Bun.sleep(10);
          if (!ended.aborted) controller.enqueue(bytes(" "));
        }
      });
    case "cut":
      return stream(async (controller) => {
        controller.enqueue(bytes(right({}).body.slice(0, 20)));
        await Bun.sleep(5);
        controller.error(new Error("cut"));
      });
    case "half": {
      const { status, body } = right({});
      return send({ status, body: body.slice(0, body.length / 2) });
    }
    case "huge":
      return send({ status: 200, body: `{"pad":"${"x".repeat(2_000_000)}"}` });
    case "about":
      return send(right(fault));
    case "body":
      return send({ status: 200, body: fault.body });
  }
};

const shapeOf = (path: string): readonly [ShapedProvider, ProviderShape] | undefined => {
  for (const name of Object.keys(PROVIDER_SHAPES)) {
    if (!isProvider(name)) continue;
    const shape = PROVIDER_SHAPES[name];
    if (shape.path.test(path)) return [name, shape];
  }
  return undefined;
};

const isProvider = (name: string): name is ShapedProvider => name in PROVIDER_SHAPES;

interface Failing {
  readonly fault: ProviderFault;
  readonly date: string | undefined;
  left: number;
}

/**
 * A server on the loopback interface that answers as Massive, Alpaca, Twelve Data and FRED document it, and goes wrong as they
 * do. `keys` are those it knows, of Alpaca as `id:secret`; a provider without one here takes any.
 */
export const startProviderServer = (
  options: { readonly keys?: Readonly<Partial<Record<ShapedProvider, string>>> } = {},
): ProviderServer => {
  const closes = new Map<string, WrittenClose>();
  const asked: ProviderRequestSeen[] = [];
  const stopping = new AbortController();
  let failing: Failing[] = [];

  const right = (shape: ProviderShape, symbol: string, date: string) => {
    const close = closes.get(`${symbol}/${date}`);
    return (about: { readonly date?: string; readonly symbol?: string }): ShapedAnswer =>
      close === undefined ? shape.unknown({ symbol, date }) : shape.closed({ ...close, ...about });
  };

  const faultOn = (date: string): ProviderFault | undefined => {
    const found = failing.find((each) => each.left > 0 && (each.date ?? date) === date);
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault;
  };

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const [provider, shape] = shapeOf(url.pathname) ?? [];
    if (provider === undefined || shape === undefined) return html(404);
    const { symbol, date } = shape.asked(url);
    asked.push({ provider, symbol, date, url, headers: request.headers });
    const fault = faultOn(date);
    const say = right(shape, symbol, date);
    const ended = AbortSignal.any([request.signal, stopping.signal]);
    if (fault !== undefined) return await misanswer(fault, say, shape, ended);
    const key = options.keys?.[provider];
    if (key !== undefined && !shape.brings(key, request.headers, url)) {
      return send(shape.refused(key));
    }
    return send(say({}));
  };

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    development: false,
    fetch: answer,
    error: () => html(500),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    asked,
    publish: (close) => void closes.set(`${close.symbol}/${close.date}`, close),
    fail: (fault, { date, times = Infinity } = {}) =>
      void failing.push({ fault, date, left: times }),
    heal: () => {
      failing = [];
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.stop(true);
    },
  };
};
