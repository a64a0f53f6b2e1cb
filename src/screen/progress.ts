import type { HowFar } from '../run/progress-teller.js';
import type { Io } from './io.js';

const PLAIN_EVERY_MS = 10_000;

/** What a command has done so far. */
interface ProgressState extends HowFar {
  readonly requests: number;
}

/** Shows how a command goes: a line that renews itself on a terminal, a plain line now and then elsewhere. */
export class Progress {
  readonly #io: Io;
  readonly #tellsFailed: boolean;
  readonly #started = Date.now();
  #doneBefore: number | null = null;
  #lastPlain = this.#started;

  /** @param tellsFailed rows can fail */
  constructor(io: Io, tellsFailed: boolean) {
    this.#io = io;
    this.#tellsFailed = tellsFailed;
  }

  /** Rows that are read so far, on a terminal alone. */
  reading(rows: number): void {
    if (this.#io.renewsLines) this.#io.renew(`${rows} rows read`);
  }

  show(state: ProgressState): void {
    this.#doneBefore ??= state.done;
    const now = Date.now();
    if (this.#io.renewsLines) {
      this.#io.renew(this.#lineOf(state, this.#doneBefore, now));
      return;
    }
    // whoever looks for events every night wants no mail of it
    if (state.of === 'events' || now - this.#lastPlain < PLAIN_EVERY_MS) return;
    this.#lastPlain = now;
    this.#io.err(`${this.#lineOf(state, this.#doneBefore, now)}\n`);
  }

  /** One line of progress: what is done of how many, rate and the time left. */
  #lineOf({ of, done, total, failed, requests }: ProgressState, doneBefore: number, now: number): string {
    const elapsed = (now - this.#started) / 1000;
    const aSecond = (done - doneBefore) / elapsed;
    const left = aSecond > 0 ? `, ${duration((total - done) / aSecond)} left` : '';
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    const told = this.#tellsFailed ? `, ${failed} failed` : '';
    return `${done} of ${total} ${of} (${percent} %)${told}, ${(requests / elapsed).toFixed(0)} requests/s${left}`;
  }
}

/** Seconds as a person reads them. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
