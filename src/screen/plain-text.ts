import type { ErrorFacts } from '../errors.js';

/**
 * What a terminal obeys instead of showing it: the control characters but for tab and line feed, and those that turn
 * the direction of what follows, so that it reads as something else.
 */
const OBEYED = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
/** The same, with whatever else ends a line or leaves a gap in it. */
const NOT_OF_A_LINE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu;

/** What this program itself sends to a terminal: its looks, and the line of progress that renews itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal
const OWN = /\r?\u001b\[(?:K|(?:[012]|3[1236])(?:;[12])?m)/g;

const asEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text from outside (a file name, a cell, the platform's words) as one line that a terminal shows and does not obey. */
export function oneLine(text: string): string {
  return text.replace(NOT_OF_A_LINE, ' ');
}

/**
 * A whole text on its way to a screen, the last thing that is done to it: what was not cleaned where it came in is shown
 * as its escape, such as `\u001b`. The escapes are JSON's own, so JSON stays what it was.
 *
 * @param painted the program's own looks may be in it
 */
export function harmless(text: string, painted: boolean): string {
  if (!painted) return text.replace(OBEYED, asEscape);
  let clean = '';
  let from = 0;
  for (const { 0: own, index } of text.matchAll(OWN)) {
    clean += text.slice(from, index).replace(OBEYED, asEscape) + own;
    from = index + own.length;
  }
  return clean + text.slice(from).replace(OBEYED, asEscape);
}

/** An error as a person reads it: what happened and what to do; a trace only where the fault is ours. */
export function errorText({ message, hint, trace }: ErrorFacts): string {
  return `${oneLine(message)}\n${oneLine(hint)}\n${trace === undefined ? '' : `${trace}\n`}`;
}
