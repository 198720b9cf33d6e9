/** Tells on stderr what is measured now, how far the run is, and roughly how long it still takes. */
export interface Progress {
  /** A measurement begins; `seconds` is how long it is expected to take. */
  begin(title: string, seconds: number): void;
  step(what: string): void;
  /** A line that stays. */
  say(text: string): void;
  end(): void;
}

const inWords = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;

/** Seconds still to come: what is expected of the rest, scaled by how the measurements so far kept their time. */
export const timeLeft = (state: {
  readonly expected: number;
  readonly expectedOfDone: number;
  readonly expectedOfCurrent: number;
  readonly spent: number;
  readonly spentOnCurrent: number;
}): number => {
  const { expected, expectedOfDone, expectedOfCurrent, spent, spentOnCurrent } = state;
  const pace = expectedOfDone === 0 ? 1 : (spent - spentOnCurrent) / expectedOfDone;
  const rest = (expected - expectedOfDone - expectedOfCurrent) * pace;
  return rest + Math.max(0, expectedOfCurrent * pace - spentOnCurrent);
};

export const createProgress = (options: {
  readonly count: number;
  readonly expected: number;
  readonly stream: NodeJS.WriteStream;
  readonly now?: () => number;
}): Progress => {
  const { count, expected, stream, now = () => performance.now() } = options;
  const live = stream.isTTY;
  const began = now();
  let begun = 0;
  let title = "";
  let currentBegan = began;
  let expectedOfDone = 0;
  let expectedOfCurrent = 0;
  const erase = live ? "\r\u001B[K" : "";
  const left = (): string =>
    inWords(
      timeLeft({
        expected,
        expectedOfDone,
        expectedOfCurrent,
        spent: (now() - began) / 1000,
        spentOnCurrent: (now() - currentBegan) / 1000,
      }),
    );
  return {
    begin(next, seconds) {
      expectedOfDone += expectedOfCurrent;
      expectedOfCurrent = seconds;
      currentBegan = now();
      begun += 1;
      title = next;
      if (!live) stream.write(`[${begun}/${count}] ${title}, about ${left()} left in all\n`);
    },
    step(what) {
      const line = `[${begun}/${count}] ${title}: ${what}  (about ${left()} left)`;
      if (live) stream.write(`${erase}${line.slice(0, (stream.columns || 100) - 1)}`);
    },
    say: (text) => void stream.write(`${erase}${text}\n`),
    end: () => void (live && stream.write(erase)),
  };
};
