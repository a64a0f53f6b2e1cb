import { interruption, StopError } from '../errors.js';
import type { Ask } from '../run/settings.js';
import type { Io } from './io.js';

/** What a terminal sends for a key that writes nothing, such as an arrow. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal
const KEYS_WITHOUT_TEXT = /\u001b(?:\[[\d;]*|O)?[A-Za-z~]/g;

/**
 * Asks the person in front of the terminal; undefined where there is none. Ctrl-C at the question is an interruption.
 * The terminal itself shows and edits what is typed; for a secret it is told to show nothing.
 */
export function askOnTerminal(io: Io): Ask | undefined {
  const { stdin } = process;
  if (!stdin.isTTY || !io.isTerminal) return undefined;
  return async (question, secret) => {
    if (io.signal.aborted) throw interruption();
    let stop = () => {};
    let answer: string | null = null;
    io.isAsking = true;
    io.err(question);
    stdin.setEncoding('utf8');
    if (secret) stdin.setRawMode(true);
    try {
      answer = await new Promise<string | null>((resolve, reject) => {
        let line = '';
        const interrupt = () => reject(interruption());
        const gone = () => resolve(null);
        const take = (text: string) => {
          const keys = [...(secret ? text.replace(KEYS_WITHOUT_TEXT, '') : text)];
          while (keys.length > 0) {
            const key = keys.shift() ?? '';
            if (key === '\r' || key === '\n') {
              // What was pasted beyond it answers the next question.
              if (keys.length > 0) stdin.unshift(keys.join(''));
              return resolve(line.trim());
            }
            if (!secret) line += key;
            else if (key === '\u0003') return interrupt();
            else if (key === '\u0004' && line === '') return gone();
            else if (key === '\u007f' || key === '\b') line = [...line].slice(0, -1).join('');
            else if (key === '\u0015') line = '';
            else if (key >= ' ') line += key;
          }
        };
        // Ctrl-D, or the terminal is gone
        stdin.on('data', take).on('end', gone).on('error', gone);
        io.signal.addEventListener('abort', interrupt);
        stop = () => {
          stdin.off('data', take).off('end', gone).off('error', gone);
          io.signal.removeEventListener('abort', interrupt);
        };
        if (stdin.readableEnded) gone();
        // It was paused after the question before.
        stdin.resume();
      });
      return answer;
    } finally {
      stop();
      stdin.pause();
      if (secret) stdin.setRawMode(false);
      // Only an answer that was shown has ended the line.
      if (secret || answer === null) io.err('\n');
      io.isAsking = false;
    }
  };
}

/**
 * Asks before something that cannot be taken back.
 * @param what the question, one line, such as `Delete 3 accounts?`
 * @param refused what was not done, as a sentence
 * @throws StopError `NOT_CONFIRMED` when the answer is not yes, or there is nobody to ask
 */
export async function confirmed(ask: Ask | undefined, what: string, refused: string): Promise<void> {
  if (!ask)
    throw new StopError('NOT_CONFIRMED', `Nobody is here to say yes. ${refused}`, 'In scripts, give --yes.');
  const answer = await ask(`${what} [yes/no] `, false);
  if (!/^y(es)?$/i.test(answer ?? ''))
    throw new StopError('NOT_CONFIRMED', refused, 'Answer yes to do it; --yes does not ask.');
}
