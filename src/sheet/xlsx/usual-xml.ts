/**
 * The elements that fill workbooks, in the form in which nearly all programs write them, read by their characters
 * alone. Whatever has another form (rich text, formulas, dates, escapes, a prefix) or does not end in the piece of text
 * at hand is left to the parser. `npm run bench -- xlsx` with the parser alone: 30 % more CPU time for 200,000 rows × 40
 * columns, 29 % for 40,000.
 */

/** What the functions return for an element that is left to the parser. */
export const UNUSUAL = -1;

const QUOTE = 0x22;
const LESS = 0x3c;
const GREATER = 0x3e;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Excel keeps 15 digits of a number; so few also fit the arithmetic here. */
const MAX_DIGITS = 15;

/** The end of a text without escapes that begins at `from`: the index of its `<`, or {@link UNUSUAL}. */
function endOfText(xml: string, from: number): number {
  for (let i = from; i < xml.length; i += 1) {
    const code = xml.charCodeAt(i);
    if (code === LESS) return i;
    // an entity, _x000D_, or a line end that XML makes another of
    if (code === 0x26 || (code === 0x5f && xml.charCodeAt(i + 1) === 0x78) || code === 0x0d) return UNUSUAL;
  }
  return UNUSUAL;
}

/** The index behind `expected`, if that is what stands at `at`; otherwise {@link UNUSUAL}. */
function skip(xml: string, at: number, expected: string): number {
  return xml.startsWith(expected, at) ? at + expected.length : UNUSUAL;
}

/** The start of the text of a `<t>` that begins at `at`, or {@link UNUSUAL}. */
function startOfText(xml: string, at: number): number {
  const start = skip(xml, at, '<t>');
  return start === UNUSUAL ? skip(xml, at, '<t xml:space="preserve">') : start;
}

/** One `<c>` of a worksheet; `read` says what it holds. */
export class UsualCell {
  /** the column, from 0; -1 when the cell does not say: it is the one behind the last */
  column = -1;
  /** the index of its style */
  style = 0;
  /** `s`: `number` is an index of the shared texts; `n`: `text` is a whole number of few digits; `blank`: there is none */
  type: 's' | 'n' | 'str' | 'blank' = 'blank';
  number = 0;
  text = '';

  /** Reads the cell whose `<` is at `at`. Returns the index behind it, or {@link UNUSUAL}. */
  read(xml: string, at: number): number {
    let i = this.#attributes(xml, at + 2);
    if (i === UNUSUAL || this.type === 'blank') return i;
    const from = skip(xml, i, '<v>');
    if (this.type === 'str') {
      const start = from === UNUSUAL ? startOfInline(xml, i) : from;
      const end = start === UNUSUAL ? UNUSUAL : endOfText(xml, start);
      if (end === UNUSUAL) return UNUSUAL;
      this.text = xml.slice(start, end);
      return skip(xml, end, from === UNUSUAL ? '</t></is></c>' : '</v></c>');
    }
    if (from === UNUSUAL) return UNUSUAL;
    let number = 0;
    for (i = from; ; i += 1) {
      const code = xml.charCodeAt(i);
      if (!(code >= ZERO && code <= NINE)) break;
      number = number * 10 + code - ZERO;
    }
    const digits = i - from;
    if (digits === 0 || digits > MAX_DIGITS) return UNUSUAL;
    if (this.type === 'n') {
      if (digits > 1 && xml.charCodeAt(from) === ZERO) return UNUSUAL;
      this.text = xml.slice(from, i);
    }
    this.number = number;
    return skip(xml, i, '</v></c>');
  }

  /** Reads the attributes from `from` on. Returns the index behind the `>`. */
  #attributes(xml: string, from: number): number {
    this.column = -1;
    this.style = 0;
    this.type = 'n';
    let i = from;
    for (;;) {
      const code = xml.charCodeAt(i);
      if (code === GREATER) return i + 1;
      if (code === 0x2f) {
        this.type = 'blank';
        return skip(xml, i, '/>');
      }
      if (code !== SPACE || xml.charCodeAt(i + 2) !== 0x3d || xml.charCodeAt(i + 3) !== QUOTE) return UNUSUAL;
      const name = xml.charCodeAt(i + 1);
      i += 4;
      if (name === 0x72) i = this.#reference(xml, i);
      else if (name === 0x73) i = this.#styleIndex(xml, i);
      else if (name === 0x74) i = this.#typeName(xml, i);
      else return UNUSUAL;
      if (i === UNUSUAL) return UNUSUAL;
    }
  }

  /** Capital letters, then digits: `AB12`. */
  #reference(xml: string, from: number): number {
    let i = from;
    let column = 0;
    let code = xml.charCodeAt(i);
    for (; code >= 0x41 && code <= 0x5a; code = xml.charCodeAt(i)) {
      column = column * 26 + code - 0x40;
      i += 1;
    }
    // three letters reach beyond the last column that there is
    if (i === from || i > from + 3) return UNUSUAL;
    const digitsFrom = i;
    for (; code >= ZERO && code <= NINE; code = xml.charCodeAt(i)) i += 1;
    this.column = column - 1;
    return i > digitsFrom && code === QUOTE ? i + 1 : UNUSUAL;
  }

  #styleIndex(xml: string, from: number): number {
    let i = from;
    let style = 0;
    let code = xml.charCodeAt(i);
    for (; code >= ZERO && code <= NINE && i < from + 9; code = xml.charCodeAt(i)) {
      style = style * 10 + code - ZERO;
      i += 1;
    }
    this.style = style;
    return i > from && code === QUOTE ? i + 1 : UNUSUAL;
  }

  #typeName(xml: string, from: number): number {
    if (xml.charCodeAt(from) === 0x73 && xml.charCodeAt(from + 1) === QUOTE) {
      this.type = 's';
      return from + 2;
    }
    this.type = 'n';
    if (xml.startsWith('n"', from)) return from + 2;
    this.type = 'str';
    const end = skip(xml, from, 'str"');
    return end === UNUSUAL ? skip(xml, from, 'inlineStr"') : end;
  }
}

function startOfInline(xml: string, at: number): number {
  const inner = skip(xml, at, '<is>');
  return inner === UNUSUAL ? UNUSUAL : startOfText(xml, inner);
}

/** One `<si>` of the shared texts. */
export class UsualText {
  text = '';

  /** Reads the text whose `<` is at `at`. Returns the index behind it, or {@link UNUSUAL}. */
  read(xml: string, at: number): number {
    const start = skip(xml, at, '<si>') === UNUSUAL ? UNUSUAL : startOfText(xml, at + 4);
    const end = start === UNUSUAL ? UNUSUAL : endOfText(xml, start);
    if (end === UNUSUAL) return UNUSUAL;
    this.text = xml.slice(start, end);
    return skip(xml, end, '</t></si>');
  }
}
