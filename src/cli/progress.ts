/** Something that takes long, shown to whoever waits for it. */
export interface Progress {
  /** What is being done now. */
  step(text: string): void;
  /** How far that is, shown behind it until the next step. */
  detail(text: string): void;
  done(): void;
}

const PATIENCE_MS = 1000;
const REDRAW_MS = 250;

/** A line on standard error after a second of work, and only on a terminal. */
export function startProgress(quiet: boolean): Progress {
  const { stderr } = process;
  if (quiet || !stderr.isTTY) {
    return { step: () => undefined, detail: () => undefined, done: () => undefined };
  }
  const startedMs = Date.now();
  let text = '';
  let more = '';
  let drawn = false;
  const draw = () => {
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    if (seconds * 1000 < PATIENCE_MS) return;
    const line = more === '' ? text : `${text}: ${more}`;
    stderr.write(`\r\x1b[K${line.slice(0, Math.max(20, (stderr.columns || 80) - 12))} … ${seconds} s`);
    drawn = true;
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  return {
    step: (next) => {
      text = next;
      more = '';
      draw();
    },
    // Drawn with the next tick: it may come many times a second.
    detail: (next) => {
      more = next;
    },
    done: () => {
      clearInterval(timer);
      if (drawn) stderr.write('\r\x1b[K');
    },
  };
}
