import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { interruption } from '../errors.js';
import type { Ask } from '../run/settings.js';
import type { Io } from './io.js';

/** Asks the person in front of the terminal; undefined where there is none. Ctrl-C at the question is an interruption. */
export function askOnTerminal(io: Io): Ask | undefined {
  if (!process.stdin.isTTY || !io.isTerminal) return undefined;
  return (question, secret) => {
    let muted = false;
    const output = new Writable({
      write(chunk, _encoding, done) {
        if (!muted) io.err(String(chunk));
        done();
      },
    });
    const terminal = createInterface({ input: process.stdin, output, terminal: true });
    return new Promise<string | null>((resolve, reject) => {
      const interrupt = () => {
        io.err('\n');
        reject(interruption());
        terminal.close();
      };
      io.signal.addEventListener('abort', interrupt, { once: true });
      terminal.once('SIGINT', interrupt);
      // Ctrl-D, or the terminal is gone
      terminal.once('close', () => {
        io.signal.removeEventListener('abort', interrupt);
        resolve(null);
      });
      terminal.question(question, (answer) => {
        resolve(answer.trim());
        if (secret) io.err('\n');
        terminal.close();
      });
      muted = secret;
      if (io.signal.aborted) interrupt();
    });
  };
}
