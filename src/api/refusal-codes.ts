/** What a code of the platform means to a person. */
interface RefusalCode {
  /** one phrase */
  readonly words: string;
  /** one sentence of what to do */
  readonly hint: string;
}

const TAKEN = 'Use another, or leave the cell blank to have one generated.';
const LOG_IN = 'Check the rights of the API user and the partition ID, then resume.';

/** The codes that are known: production answers them where a sentence would stand in `messages`. */
const REFUSAL_CODES: Readonly<Record<string, RefusalCode>> = {
  ExpiredAuthToken: { words: 'the log-in has expired', hint: 'Log in again, then resume.' },
  InvalidLineNumber: {
    words: 'the device has no such line, or the line is in use',
    hint: 'Correct lineNumber, or macAddress; another row or another customer may have that line.',
  },
  InvalidMacAddress: {
    words: 'the MAC address is not valid, or is in use',
    hint: 'Correct macAddress: the 12 characters on the label of the device.',
  },
  NotPermitted: { words: 'the log-in may not do this, or not in this partition', hint: LOG_IN },
  SipUsernameInUse: { words: 'the SIP username is in use', hint: TAKEN },
};

/** Two capitalised words or more without anything between them: a code, no sentence. */
const CODE = /^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+$/;

/** A message of the platform as a person reads it: a code is put in words, and stands behind them. */
export function inWords(message: string): string {
  const code = message.trim();
  if (!CODE.test(code)) return message;
  const words = REFUSAL_CODES[code]?.words ?? code.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return `${words} (${code})`;
}

/** What to do about a refusal, where one of its messages is a code that is known; null where none is. */
export function hintOfCodes(messages: readonly string[]): string | null {
  for (const message of messages) {
    const known = REFUSAL_CODES[message.trim()];
    if (known) return known.hint;
  }
  return null;
}
