import type { Io } from './io.js';

const PLAIN_EVERY_MS = 10_000;

/** What a run has done so far. */
export interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly requests: number;
}

/** Shows how a run goes: a line that renews itself on a terminal, a plain line now and then elsewhere. */
export class Progress {
  readonly #io: Io;
  readonly #started = Date.now();
  #doneBefore: number | null = null;
  #lastPlain = this.#started;

  constructor(io: Io) {
    this.#io = io;
  }

  show(state: ProgressState): void {
    this.#doneBefore ??= state.done;
    const now = Date.now();
    if (!this.#io.renewsLines && now - this.#lastPlain < PLAIN_EVERY_MS) return;
    this.#lastPlain = now;
    const line = progressLine(state, this.#doneBefore, now - this.#started);
    this.#io.err(this.#io.renewsLines ? `\r\u001b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#io.renewsLines && this.#doneBefore !== null) this.#io.err('\r\u001b[K');
  }
}

/** One line of progress: rows, rate and the time left. */
function progressLine(state: ProgressState, doneBefore: number, elapsedMs: number): string {
  const { done, total, failed, requests } = state;
  const rowsPerSecond = (done - doneBefore) / (elapsedMs / 1000);
  const left = rowsPerSecond > 0 ? `, ${duration((total - done) / rowsPerSecond)} left` : '';
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  const requestsPerSecond = (requests / (elapsedMs / 1000)).toFixed(0);
  return `${done} of ${total} rows (${percent} %), ${failed} failed, ${requestsPerSecond} requests/s${left}`;
}

/** Seconds as a person reads them. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
