import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { StopError } from '../errors.js';
import { type GivenOptions, ownSettings } from '../options.js';

/** What an inbox is to do. */
export interface InboxSettings {
  /** looks once, does what is there, and ends; else goes on until it is stopped */
  readonly once: boolean;
  readonly everyMs: number;
  readonly settleMs: number;
  readonly giveUpMs: number;
  readonly marker: string | null;
  readonly order: 'arrival' | 'name';
  readonly jobs: number;
  readonly stopOnFailure: boolean;
  readonly runsDuplicates: boolean;
  readonly expect: number;
  readonly notifyUrl: URL | null;
  readonly notifyCommand: string | null;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `15`, `15s`, `10m`, `1h` or `1d`, as the option table lets through. */
function milliseconds(text: string): number {
  return Number.parseFloat(text) * (UNITS[text.at(-1) ?? ''] ?? 1000);
}

/**
 * Reads the options of the inbox itself.
 * @throws StopError `USAGE`, `OPTION_INVALID`
 */
export function inboxSettings(flags: GivenOptions): InboxSettings {
  const own = ownSettings('inbox', flags);
  if (own.once && own.watch)
    throw new StopError('USAGE', '--once and --watch are given.', 'Give one of the two.');
  return {
    once: own.once,
    everyMs: milliseconds(own.every),
    settleMs: milliseconds(own.settle),
    giveUpMs: milliseconds(own['give-up']),
    marker: own.marker ?? null,
    order: own.order,
    jobs: own.jobs,
    stopOnFailure: own['stop-on-failure'],
    runsDuplicates: own.duplicates === 'run',
    expect: own.expect ?? 0,
    notifyUrl: own.notify === undefined ? null : hookAddress(own.notify),
    notifyCommand: own['notify-command'] === undefined ? null : program(own['notify-command']),
  };
}

function hookAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new StopError(
    'OPTION_INVALID',
    'The address of --notify is none that can be posted to.',
    'Give one such as https://ops.example.com/hook, without a log-in: what is sent is signed with ALIANZA_IMPORT_HOOK_SECRET.',
  );
}

function program(file: string): string {
  const path = resolve(file);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch (cause) {
    throw new StopError(
      'OPTION_INVALID',
      `${file} of --notify-command is no file that can be run.`,
      'Give the path of a program, without arguments; chmod +x makes a script one.',
      { cause },
    );
  }
}
