const QUOTE = 0x22;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** What of a text was made regular. */
export interface Regular {
  readonly text: string;
  /** how many records begin before the first in which a quote behind blanks does not enclose its cell; -1: none does */
  readonly recordOfKeptQuotes: number;
}

/**
 * Takes out the blanks before the quotes that enclose a cell (`BCC, "Nora"`): spreadsheet programs overlook them, the
 * parser does not. Quotes that do not enclose their cell stay as they are, a part of its text.
 * @param text begins with a record; its line ends are LF or CRLF
 */
export function withoutBlanksBeforeQuotes(text: string, delimiter: string): Regular {
  const blankBeforeQuote = delimiter === '\t' ? / "/ : /[ \t]"/;
  if (!text.includes('"') || !blankBeforeQuote.test(text)) return { text, recordOfKeptQuotes: -1 };
  const separator = delimiter.charCodeAt(0);
  const kept: string[] = [];
  let keptTo = 0;
  let record = 0;
  let recordOfKeptQuotes = -1;
  let i = 0;
  while (i < text.length) {
    // at the start of a cell
    let open = i;
    while (isBlank(text.charCodeAt(open), separator)) open += 1;
    if (text.charCodeAt(open) === QUOTE) {
      const end = endOfQuoted(text, open);
      let behind = end;
      while (isBlank(text.charCodeAt(behind), separator)) behind += 1;
      const next = text.charCodeAt(behind);
      const encloses = !(behind < text.length) || next === separator || next === NEWLINE || next === 0x0d;
      if (encloses) {
        if (open > i) {
          kept.push(text.slice(keptTo, i));
          keptTo = open;
        }
        i = behind;
      } else if (open > i) {
        if (recordOfKeptQuotes === -1) recordOfKeptQuotes = record;
      } else i = end;
    }
    // on to the next cell
    for (; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === separator) break;
      if (code === NEWLINE) {
        record += 1;
        break;
      }
    }
    i += 1;
  }
  kept.push(text.slice(keptTo));
  return { text: kept.join(''), recordOfKeptQuotes };
}

function isBlank(code: number, separator: number): boolean {
  return (code === SPACE || code === TAB) && code !== separator;
}

/** The index behind the closing quote of what opens at `open`; the end of the text if it is not closed there. */
function endOfQuoted(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 2))
    if (text.charCodeAt(close + 1) !== QUOTE) return close + 1;
  return text.length;
}
