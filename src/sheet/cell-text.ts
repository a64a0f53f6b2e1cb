/** What is done to the text of every cell, whatever file it comes from or goes to. */

/** True for a character that does not show at either end of a cell: Unicode white space and zero-width characters. */
function isBlank(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0xa0) return code === 0x85;
  return (
    code === 0xa0 ||
    code === 0xad ||
    code === 0x1680 ||
    code === 0x180e ||
    (code >= 0x2000 && code <= 0x200d) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** The text without blanks (ordinary, non-breaking, zero-width) at its ends. */
export function trimCell(text: string): string {
  let end = text.length;
  let start = 0;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  return end - start === text.length ? text : text.slice(start, end);
}

const RUN_AS_FORMULA = /^'*[=+\-@＝＋－＠\t\r\n]/;

/**
 * The text as it is written into a CSV cell: what a spreadsheet would run as a formula (it begins with `=`, `+`, `-`,
 * `@`, the full-width form of one of these, a tab or a line break) gets an apostrophe before it. {@link unguardFormula} is its inverse.
 */
export function guardFormula(text: string): string {
  return RUN_AS_FORMULA.test(text) ? `'${text}` : text;
}

/** Takes the apostrophe of {@link guardFormula} off again; a person's own `'+1801…` is read the same way. */
export function unguardFormula(text: string): string {
  return text.charCodeAt(0) === 0x27 && RUN_AS_FORMULA.test(text) ? text.slice(1) : text;
}

/**
 * A copy of the text that shares no memory with the piece of the file it was cut from. V8 keeps the whole piece alive
 * for as long as a cut of 13 or more characters lives, so that a set of keys could hold a whole file in memory.
 */
export function keepable(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}
