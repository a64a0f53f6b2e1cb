import type { Environment } from '../options.js';
import { callCommand, HOOK_SECRET, post } from './hook.js';
import type { InboxLog } from './log.js';
import type { InboxSettings } from './settings.js';
import type { FileSummary } from './summary.js';

/** Something that kept an inbox, or one of its folders, from working. */
export interface InboxProblem {
  /** null: the inbox as a whole */
  readonly folder: string | null;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a call came to, or one file of it. */
export interface InboxSummary {
  /** `file`: one has ended; `call`: the call has; `problem`: something is in the way */
  readonly event: 'file' | 'call' | 'problem';
  /** the folder as it was named */
  readonly inbox: string;
  /** ISO date and time */
  readonly at: string;
  readonly files: readonly FileSummary[];
  /** no file has come */
  readonly nothing?: true;
  readonly problems?: readonly InboxProblem[];
  readonly exitCode: number;
}

/**
 * Tells others of what happens, one after another, while the inbox goes on. Whoever does not listen changes nothing: it
 * is logged, and told in {@link failures}.
 */
export class Teller {
  readonly #settings: Pick<InboxSettings, 'notifyUrl' | 'notifyCommand'>;
  readonly #env: Environment;
  readonly #signal: AbortSignal;
  readonly #log: InboxLog;
  #queue = Promise.resolve();
  /** why nobody has taken what was told, each a sentence */
  readonly failures: string[] = [];

  /** @param signal when aborted, nothing is tried again */
  constructor(
    settings: Pick<InboxSettings, 'notifyUrl' | 'notifyCommand'>,
    env: Environment,
    signal: AbortSignal,
    log: InboxLog,
  ) {
    this.#settings = settings;
    this.#env = env;
    this.#signal = signal;
    this.#log = log;
  }

  /** @param told hears when it was taken, or tried often enough */
  tell(summary: InboxSummary, told: () => void = () => {}): void {
    const { notifyUrl, notifyCommand } = this.#settings;
    const text = JSON.stringify(summary);
    this.#queue = this.#queue.then(async () => {
      if (notifyUrl !== null)
        this.#note(await post(notifyUrl, text, this.#env[HOOK_SECRET] ?? '', this.#signal));
      if (notifyCommand !== null) this.#note(await callCommand(notifyCommand, text, this.#env));
      try {
        told();
      } catch {
        // an inbox that is closed by now tells it again when it is opened
      }
    });
  }

  #note(failed: string | null): void {
    if (failed === null) return;
    this.#log('not told', { reason: failed });
    // one that is away for a week says so once
    if (!this.failures.includes(failed)) this.failures.push(failed);
  }

  /** Resolves when everybody was told. */
  async done(): Promise<void> {
    await this.#queue;
  }
}
