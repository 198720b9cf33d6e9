import type { LiveSource, LiveView } from "./live-source.ts";

/** Reads a source for all who want it: one read at a time, and whoever comes meanwhile shares it. */
export interface ViewReader {
  /** The view, if it was read just now; otherwise read again. */
  fresh(): Promise<LiveView>;
  /** Reads at once; if a read is under way, once more after it. */
  refresh(): void;
  /** Reads at the latest when the last read is `minIntervalMs` old. */
  refreshSoon(): void;
  /** Milliseconds since the last read began. */
  age(): number;
  stop(): void;
}

export interface ViewReaderOptions {
  readonly now: () => number;
  readonly minIntervalMs: number;
  readonly onView: (next: LiveView, before: LiveView | undefined) => void;
  readonly onFailure: (error: unknown) => void;
}

export const createViewReader = (source: LiveSource, options: ViewReaderOptions): ViewReader => {
  let view: LiveView | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<LiveView> | undefined;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const readOnce = async (): Promise<LiveView> => {
    for (;;) {
      again = false;
      readAt = options.now();
      const before = view;
      view = await source.read();
      options.onView(view, before);
      if (!again) return view;
    }
  };
  const read = (): Promise<LiveView> => {
    reading ??= readOnce().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const refresh = () => {
    clearTimeout(timer);
    timer = undefined;
    again = true;
    read().catch(options.onFailure);
  };
  const age = () => options.now() - readAt;
  return {
    fresh: () =>
      reading === undefined && view !== undefined && age() < options.minIntervalMs
        ? Promise.resolve(view)
        : read(),
    refresh,
    refreshSoon: () => {
      const wait = options.minIntervalMs - age();
      if (wait <= 0) refresh();
      else timer ??= setTimeout(refresh, wait);
    },
    age,
    stop: () => clearTimeout(timer),
  };
};
