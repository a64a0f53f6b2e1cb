import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, errorFacts, errorMember } from '../errors.js';
import type { RunEvent } from '../run/events.js';
import type { Channel } from './io.js';
import { jsonOf } from './tell.js';

/** How long a log-in that is needed is waited for, milliseconds. */
const LOG_IN_MS = 10_000;
/** How long messages are waited for to be taken before the process ends, milliseconds. */
const LAST_WORDS_MS = 1000;

interface LogIn {
  readonly username: string;
  readonly password: string;
}

/**
 * The IPC channel to a program that started this process with one. Messages to it are objects with a `type`: `reading` and
 * `progress` (each twice a second), `loaded`, `started` and `ended`, the last, whatever happens. From it come
 * `{ type: 'log-in', username, password }`, the first if any, and `{ type: 'stop' }`, which is a first Ctrl-C; so is the
 * end of the channel.
 */
export class ProgramChannel implements Channel {
  readonly #process: NodeJS.Process;
  readonly #logIn: Promise<LogIn | null>;
  readonly #sent = new Set<Promise<void>>();
  #about: { readonly runDir: string; readonly environment: string } | null = null;
  #hasEnded = false;

  constructor(process: NodeJS.Process, onStop: () => void) {
    this.#process = process;
    this.#logIn = new Promise((resolve) => {
      process.on('message', (message: unknown) => {
        if (isStop(message)) onStop();
        // a later message decides nothing any more
        resolve(logInOf(message));
      });
      process.on('disconnect', () => {
        resolve(null);
        onStop();
      });
    });
    if (!process.connected) onStop();
  }

  async logIn(): Promise<LogIn | null> {
    return Promise.race([this.#logIn, sleep(LOG_IN_MS, null, { ref: false })]);
  }

  tell(event: RunEvent): void {
    if (event.type === 'opened') this.#about = { runDir: event.runDir, environment: event.environment };
    else if (event.type === 'loaded') {
      const { tables: _tables, ...told } = event;
      this.#send({ ...told, ...this.#about });
    } else if (event.type === 'started') this.#send({ ...event, ...this.#about });
    else if (event.type === 'progress' || event.type === 'reading') this.#send(event);
    else if (event.type === 'ended') {
      this.#hasEnded = true;
      this.#send({ type: 'ended', ...jsonOf(event.report), exitCode: EXIT[event.report.exit].code });
    }
  }

  /** Says that the command has ended, unless that was told; resolves when it is heard. */
  async end(exitCode: number, error: unknown): Promise<void> {
    if (!this.#hasEnded)
      this.#send({
        ...{ type: 'ended', ...this.#about, exitCode },
        ...(error === null ? {} : { error: errorMember(errorFacts(error)) }),
      });
    await Promise.race([Promise.all(this.#sent), sleep(LAST_WORDS_MS)]);
  }

  /** Nobody has to listen. */
  #send(message: object): void {
    if (!this.#process.connected) return;
    const sent = new Promise<void>((resolve) => {
      this.#process.send?.(message, undefined, {}, () => resolve());
    });
    this.#sent.add(sent);
    void sent.then(() => this.#sent.delete(sent));
  }
}

function isStop(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop';
}

function logInOf(message: unknown): LogIn | null {
  if (typeof message !== 'object' || message === null) return null;
  const { type, username, password } = message as Partial<Record<string, unknown>>;
  if (type !== 'log-in' || typeof username !== 'string' || typeof password !== 'string') return null;
  return { username, password };
}
