import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { StopError } from '../errors.js';
import { isObject } from './answers.js';
import type { PlatformState } from './state.js';

const SETTLE_MS = 200;

/** Keeps a platform's state in a JSON file: loaded at the start, saved a moment after a change and at the end. */
export class StateFile {
  readonly #path: string;
  readonly #state: PlatformState;
  #timer: NodeJS.Timeout | undefined;
  #lastSaveMs = 0;

  /** Loads the file when it exists, else writes it. @throws StopError when it holds no state or cannot be written */
  constructor(path: string, state: PlatformState) {
    this.#path = path;
    this.#state = state;
    if (existsSync(path)) this.#load();
    try {
      this.#save();
    } catch (cause) {
      throw new StopError(
        'SANDBOX_STATE_UNWRITABLE',
        `The sandbox state cannot be saved in ${path}: ${cause instanceof Error ? cause.message : cause}`,
        'Name a file in a folder that exists and that you may write to.',
        { cause },
      );
    }
  }

  /** Saves soon; a big state, which takes long to write, less often. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.#save(), Math.max(SETTLE_MS, 20 * this.#lastSaveMs));
  }

  /** Saves now what is not saved yet. */
  close(): void {
    if (this.#timer !== undefined) this.#save();
  }

  #load(): void {
    const path = this.#path;
    try {
      const saved: unknown = JSON.parse(readFileSync(path, 'utf8'));
      if (!isObject(saved)) throw new TypeError('not an object');
      this.#state.load(saved);
    } catch (cause) {
      throw new StopError(
        'SANDBOX_STATE_UNREADABLE',
        `The sandbox state in ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
        'Name another file, or delete this one to start with an empty platform.',
        { cause },
      );
    }
  }

  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const start = performance.now();
    const partial = `${this.#path}.${process.pid}.partial`;
    writeFileSync(partial, JSON.stringify(this.#state));
    renameSync(partial, this.#path);
    this.#lastSaveMs = performance.now() - start;
  }
}
