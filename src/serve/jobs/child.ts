import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** This program, as a person would start it. */
const PROGRAM = fileURLToPath(new URL('../../cli.js', import.meta.url));

/** What a platform is logged in to with. */
export interface LogIn {
  readonly username: string;
  readonly password: string;
}

/** What a child tells of itself while it works; `type` says which of the events of a run it is. */
export interface Message {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A command to start, and where what it prints goes. */
export interface ChildRequest {
  readonly directory: string;
  readonly words: readonly string[];
  /** what it prints on standard output, and on standard error */
  readonly files: { readonly out: string; readonly log: string };
  /** its environment variables: no secret is among them */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logIn: LogIn | null;
  readonly hear: (message: Message) => void;
}

/** A command of this program at work in a process of its own. */
export interface Child {
  readonly pid: number;
  /** Its exit code; null when a signal ended it, and when it could not be started at all. */
  readonly ended: Promise<number | null>;
  /** As a first Ctrl-C: what is in flight is finished. */
  stop(): void;
  /** As a second Ctrl-C: it ends at once, and can be gone on with. */
  stopHard(): void;
}

/**
 * Starts a command without a shell, in a process group of its own, so that a Ctrl-C in the terminal of the server is not
 * its own. It prints into files, since a pipe would end with this process. It stops by itself when this process is gone.
 * A log-in goes over its channel, first of all, and nowhere else.
 */
export function startChild({ directory, words, files, env, logIn, hear }: ChildRequest): Child {
  const out = openSync(files.out, 'w', 0o600);
  const log = openSync(files.log, 'a', 0o600);
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    ...{ cwd: directory, env, detached: true },
    stdio: ['ignore', out, log, 'ipc'],
  });
  for (const handle of [out, log]) closeSync(handle);
  const send = (message: object) => {
    if (child.connected) child.send(message, () => {});
  };
  child.on('message', (message: Message) => hear(message));
  // A command that needs a log-in waits for its first message.
  send(logIn === null ? { type: 'hello' } : { type: 'log-in', ...logIn });
  return {
    pid: child.pid ?? 0,
    ended: new Promise((resolve) => {
      child.once('error', () => resolve(null));
      // not at its exit: its last words may still be on their way then
      child.once('close', (code) => resolve(code));
    }),
    stop: () => send({ type: 'stop' }),
    stopHard: () => void child.kill('SIGTERM'),
  };
}
