import { StopError } from '../errors.js';
import { type Stopped, type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import type { Settings } from '../options.js';
import type { LimiterFacts } from '../results/run-report.js';
import { type Connection, connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { type Follow, signalOf, tell } from './events.js';
import { refuseInterrupted, unlessInterrupted } from './interrupt.js';
import type { RunLog } from './log.js';
import { runState } from './state.js';

/** A connection whose work stops when whoever follows it asks for a stop. */
export interface OpenLink extends Connection {
  readonly stop: StopSwitch;
}

/** What a run has with its platform: nothing at first, then a connection, then what is to be told of it. */
export class PlatformLink {
  readonly #run: RunDirectory;
  readonly #log: RunLog;
  readonly #follow: Follow;
  readonly #interrupt = () => this.#stop?.stop('interrupted');
  #platform: Platform | null = null;
  #connection: Connection | null = null;
  #stop: StopSwitch | null = null;

  constructor(run: RunDirectory, log: RunLog, follow: Follow) {
    this.#run = run;
    this.#log = log;
    this.#follow = follow;
    signalOf(follow).addEventListener('abort', this.#interrupt);
  }

  /**
   * Starts the platform where it is inside the process, and logs in. The run keeps the partition from now on.
   * @throws StopError `INTERRUPTED`, `PARTITION_CHANGED`, and as {@link connect}
   */
  async open(openPlatform: () => Promise<Platform>, settings: Settings): Promise<OpenLink> {
    const signal = signalOf(this.#follow);
    refuseInterrupted(signal);
    this.#platform = await openPlatform();
    const connecting = connect(this.#platform, settings, this.#run, this.#log);
    const connection = await unlessInterrupted(signal, connecting, (late) => late.close());
    this.#connection = connection;
    const { partitionId, baseUrl, limiter } = connection;
    rememberPartition(this.#run, partitionId);
    this.#stop = stopSwitch(limiter);
    if (signal.aborted) this.#interrupt();
    tell(this.#follow, { type: 'started', partitionId, baseUrl });
    return { ...connection, stop: this.#stop };
  }

  /** Whether it was opened to its end. */
  get isOpen(): boolean {
    return this.#stop !== null;
  }

  /** Why no further work was begun; null when nothing was in the way. */
  get stopped(): Stopped | null {
    return this.#stop?.stopped ?? null;
  }

  get requests(): number {
    return this.#connection?.client.requests ?? 0;
  }

  /** Who was logged in on a platform outside of this process. */
  get apiUser(): string | null {
    return this.#platform?.inProcess === false ? this.#platform.username : null;
  }

  get limiter(): LimiterFacts | null {
    return this.#connection?.limiter.report ?? null;
  }

  /** Closes everything, and throws the first of what was in the way. */
  async close(): Promise<void> {
    signalOf(this.#follow).removeEventListener('abort', this.#interrupt);
    try {
      await this.#connection?.close();
    } finally {
      await this.#platform?.close();
    }
  }
}

/**
 * A run keeps its partition.
 * @throws StopError `PARTITION_CHANGED`
 */
function rememberPartition(run: RunDirectory, partitionId: string): void {
  const earlier = runState(run.journal).get('partitionId');
  // Nobody waits for it: the journal writes in order, so it is on disk before any intent is.
  if (earlier === undefined) void runState(run.journal).set('partitionId', partitionId);
  if (earlier === undefined || earlier === partitionId) return;
  throw new StopError(
    'PARTITION_CHANGED',
    `This run belongs to partition ${earlier}, not ${partitionId}.`,
    'Leave --partition and ALIANZA_PARTITION_ID as they were, and use the same log-in; or start a new run.',
  );
}
