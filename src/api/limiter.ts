import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { NotSentError } from './api-error.js';

/** A request that wants to be sent. */
export interface Turn<T> {
  /** smaller goes first: the row's ordinal; 0 for the log-in */
  readonly priority: number;
  send(): Promise<T>;
  /** runs once the caller is next in turn, before it takes its place (writes the intent) */
  ready?: (() => Promise<void>) | undefined;
  /** goes through although the run is stopping: it ends something that would be left half-done */
  finishing?: boolean | undefined;
}

interface Waiting {
  readonly priority: number;
  readonly order: number;
  readonly finishing: boolean;
  start(): Promise<void>;
  refuse(): void;
}

/** What the limiter did in a run, for the summary. */
export interface LimiterReport {
  readonly lowest: number;
  readonly highest: number;
  /** how often everybody had to wait because the platform asked for it or was overloaded */
  readonly pauses: number;
  readonly pausedMs: number;
}

/**
 * Callers beyond the limit that may make themselves ready (write their intent) while they wait for a place. With none a
 * run takes 2.5 % longer at 32 in flight and 50 ms a call (`npm run bench -- wire`); 8 or 16 buy nothing more.
 */
const READY_AHEAD = 4;
/** An answer this much slower than the operation's usual, in ratio and in milliseconds, is a sign of overload. */
const SLOW_RATIO = 3;
const SLOW_MS = 250;
/** Answers from requests sent within this time before a cut say nothing about the cut's effect. */
const CUT_SETTLES_MS = 200;
/** How long a run that is stopping waits out a pause to end what would be left half-done. */
const MAX_FINISHING_WAIT_MS = 3000;

/**
 * The one limit on requests in flight: everything goes through it, log-in and retries included. Earlier rows go first.
 * It falls on 429, 503 and climbing latency, and rises by itself when the platform is calm.
 */
export class Limiter {
  readonly #limit: LimitFunction;
  readonly #max: number;
  readonly #rate: number | null;
  readonly #heap: Waiting[] = [];
  readonly #usualMs = new Map<string, number>();
  #order = 0;
  readonly #stopping = new AbortController();
  #admitted = 0;
  #readyAhead: number;
  /** in the time of `performance.now()`, as all times here: the clock of the machine may be set back meanwhile */
  #pausedUntil = 0;
  #pauseTimer: NodeJS.Timeout | null = null;
  /** when the next request may leave, where there is a rate */
  #nextSlot = 0;
  #calm = 0;
  #slowness = 0;
  #lastCut = Number.NEGATIVE_INFINITY;
  #lowest: number;
  #highest: number;
  #pauses = 0;
  #pausedMs = 0;

  /**
   * @param most requests in flight at most
   * @param rate requests a second at most, or null
   */
  constructor(most: number, rate: number | null) {
    this.#limit = pLimit(most);
    // Every caller that waits listens.
    setMaxListeners(0, this.#stopping.signal);
    this.#max = most;
    this.#rate = rate;
    this.#lowest = most;
    this.#highest = most;
    this.#readyAhead = Math.min(READY_AHEAD, Math.ceil(most / 8));
  }

  get report(): LimiterReport {
    return {
      lowest: this.#lowest,
      highest: this.#highest,
      pauses: this.#pauses,
      pausedMs: Math.round(this.#pausedMs),
    };
  }

  /** How things stand at this moment: requests at once, how many may be, and how long everybody still waits. */
  get state(): { readonly inFlight: number; readonly limit: number; readonly pauseMs: number } {
    return {
      inFlight: this.#limit.activeCount,
      limit: this.#limit.concurrency,
      pauseMs: Math.max(0, Math.ceil(this.#pausedUntil - performance.now())),
    };
  }

  /**
   * Sends when there is room.
   * @throws NotSentError when the limiter was stopped first; whatever `send` or `ready` throws
   */
  run<T>(turn: Turn<T>): Promise<T> {
    const finishing = turn.finishing ?? false;
    if (this.stopped && !this.#mayFinish(finishing))
      return Promise.reject(new NotSentError('the run is stopping'));
    return new Promise<T>((resolve, reject) => {
      const start = async () => {
        try {
          if (turn.ready) await turn.ready();
          resolve(await this.#limit(() => this.#send(turn, finishing)));
        } catch (error) {
          reject(error);
        } finally {
          this.#admitted--;
          this.#pump();
        }
      };
      const refuse = () => reject(new NotSentError('the run is stopping'));
      this.#push({ priority: turn.priority, order: this.#order++, finishing, start, refuse });
      this.#pump();
    });
  }

  /** From now on only what is in flight, and turns that are `finishing` soon, go through; all others are refused. */
  stop(): void {
    this.#stopping.abort();
    const waiting = this.#heap.splice(0);
    for (const entry of waiting) {
      if (this.#mayFinish(entry.finishing)) this.#push(entry);
      else entry.refuse();
    }
  }

  /** A run that is stopping ends what would be left half-done, unless a pause makes that take long. */
  #mayFinish(finishing: boolean): boolean {
    return finishing && this.#pausedUntil - performance.now() <= MAX_FINISHING_WAIT_MS;
  }

  /** Whether {@link stop} was called. */
  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Waits that long, or until the run is stopping. */
  async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  /** Whether everybody waits at this moment. */
  get paused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  /** Everybody waits that long before the next request, and fewer are sent at once afterwards. */
  pause(ms: number): void {
    const now = performance.now();
    const until = now + ms;
    if (until > this.#pausedUntil) {
      this.#pausedMs += until - Math.max(now, this.#pausedUntil);
      this.#pausedUntil = until;
    }
    this.#pauses++;
    this.#cut(0.5);
  }

  /** Tells how long an operation took, so that climbing latency is noticed. */
  observe(operation: string, ms: number): void {
    const usual = this.#usualMs.get(operation);
    if (usual === undefined) {
      this.#usualMs.set(operation, ms);
      return;
    }
    // The usual follows fast downwards and slowly upwards: a busy spell must not become the new normal.
    this.#usualMs.set(operation, usual + (ms - usual) * (ms < usual ? 0.2 : 0.01));
    const slow = ms > usual * SLOW_RATIO && ms > usual + SLOW_MS;
    this.#slowness = this.#slowness * 0.9 + (slow ? 0.1 : 0);
    if (this.#slowness > 0.5 && slow) {
      this.#slowness = 0.2;
      this.#cut(0.75);
    } else if (!slow) {
      this.#rise();
    }
  }

  #cut(factor: number): void {
    this.#calm = 0;
    const now = performance.now();
    if (now - this.#lastCut < CUT_SETTLES_MS) return;
    this.#lastCut = now;
    this.#set(Math.max(1, Math.floor(this.#limit.concurrency * factor)));
  }

  #rise(): void {
    if (this.#limit.concurrency >= this.#max) return;
    if (++this.#calm < this.#limit.concurrency) return;
    this.#calm = 0;
    this.#set(this.#limit.concurrency + 1);
  }

  #set(concurrency: number): void {
    this.#limit.concurrency = concurrency;
    this.#lowest = Math.min(this.#lowest, concurrency);
    this.#highest = Math.max(this.#highest, concurrency);
    this.#pump();
  }

  async #send<T>(turn: Turn<T>, finishing: boolean): Promise<T> {
    for (let slot: number | null = null; ; ) {
      const now = performance.now();
      const pause = this.#pausedUntil - now;
      const wait = Math.max(pause, (slot ?? 0) - now);
      if (this.stopped && !this.#mayFinish(finishing)) throw new NotSentError('the run is stopping');
      if (wait > 0) {
        // Those who waited out a pause must not leave all at once.
        if (pause > 0) slot = null;
        await (this.stopped ? sleep(Math.ceil(wait)) : this.rest(Math.ceil(wait)));
      } else if (this.#rate === null || slot !== null) return turn.send();
      else {
        slot = Math.max(now, this.#nextSlot);
        this.#nextSlot = slot + 1000 / this.#rate;
      }
    }
  }

  #pump(): void {
    while (this.#heap.length > 0 && this.#admitted < this.#limit.concurrency + this.#readyAhead) {
      if (this.#mustWait()) return;
      this.#admitted++;
      void this.#pop().start();
    }
  }

  /** Holds new starts back during a pause, and comes back by itself. */
  #mustWait(): boolean {
    const wait = this.#pausedUntil - performance.now();
    if (wait <= 0) return false;
    this.#pauseTimer ??= setTimeout(() => {
      this.#pauseTimer = null;
      this.#pump();
    }, Math.ceil(wait));
    return true;
  }

  #push(entry: Waiting): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent] as Waiting)) break;
      heap[at] = heap[parent] as Waiting;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Waiting {
    const heap = this.#heap;
    const top = heap[0] as Waiting;
    const last = heap.pop() as Waiting;
    const size = heap.length;
    if (size === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1] as Waiting, heap[child] as Waiting)) child++;
      if (!before(heap[child] as Waiting, last)) break;
      heap[at] = heap[child] as Waiting;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Waiting, b: Waiting): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.order < b.order);
}
