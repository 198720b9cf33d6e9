import type { Terminal } from "./terminal.ts";

/** A line on a terminal that says how far long work is; nothing anywhere else. */
export interface Progress {
  update(done: number, total: number): void;
  /** Removes the line. */
  end(): void;
}

const REFRESH_MS = 100;
const BAR = 24;

const clockOf = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

/** The line itself: bar, count, speed and the time that is left. */
export const progressLine = (
  label: string,
  state: { readonly done: number; readonly total: number; readonly seconds: number },
): string => {
  const { done, total, seconds } = state;
  const filled = Math.floor((done / Math.max(total, 1)) * BAR);
  const bar = "#".repeat(filled).padEnd(BAR, "-");
  const speed = seconds > 0 ? done / seconds : 0;
  const left = speed > 0 ? clockOf((total - done) / speed) : "?";
  return `${label} [${bar}] ${done}/${total}  ${speed.toFixed(1)}/s  ${left} left`;
};

/** Progress of `label`, at most ten times a second. `now` in milliseconds. */
export const createProgress = (
  terminal: Terminal,
  label: string,
  now: () => number = () => performance.now(),
): Progress => {
  const began = now();
  let shown = -Infinity;
  return {
    update: (done, total) => {
      if (!terminal.live || (now() - shown < REFRESH_MS && done < total)) return;
      shown = now();
      const line = progressLine(label, { done, total, seconds: (shown - began) / 1000 });
      terminal.progress(line.slice(0, terminal.width - 1));
    },
    end: () => terminal.progress(""),
  };
};
