/** What a number format shows of a number or text (ECMA-376 part 1, 18.8.31), as far as codes depend on it. */

/** A number as its cell shows it. */
export interface Shown {
  /** the number itself where the kind is `number` or `obscured`, else what the cell shows */
  readonly text: string;
  readonly kind: 'number' | 'shown' | 'obscured';
  /** the number of a `shown` text; what the cell shows of an `obscured` number */
  readonly other?: string;
}

type Token = { readonly literal: string } | { readonly digit: '0' | '#' | '?' } | 'general' | 'text';

interface Section {
  /** which numbers it is for, where it says so itself */
  readonly condition?: (value: number) => boolean;
  /** what stands before a decimal point or an exponent, and behind the digits */
  readonly tokens: readonly Token[];
  /** a quantity: has decimals or separators of thousands, which are no part of a code */
  readonly isQuantity: boolean;
  readonly decimals: number;
  /** digits of the exponent; 0 when it has none */
  readonly exponentDigits: number;
  readonly percents: number;
  /** how many times it leaves three digits away */
  readonly thousandsCut: number;
  readonly isFraction: boolean;
}

/** Numbers that a format without any meaning for codes shows as they are. */
const SAMPLES = ['0', '7', '-7', '123456', '8015551212', '12.5'];

/** A number format that shows something else than the number. */
export class NumberFormat {
  readonly #sections: readonly Section[];
  readonly #text: Section | undefined;

  constructor(code: string) {
    const sections = splitSections(code).map(parseSection);
    const last = sections.at(-1);
    const hasText = sections.length === 4 || last?.tokens.includes('text') === true;
    this.#text = hasText ? last : undefined;
    this.#sections = hasText ? sections.slice(0, -1) : sections;
  }

  /** Whether it shows texts as something else than they are. */
  get changesTexts(): boolean {
    return this.#text !== undefined && this.showText('x') !== 'x';
  }

  /** Whether it shows texts and numbers as they are. */
  get isPlain(): boolean {
    return (
      !this.changesTexts &&
      this.#sections.every(({ condition }) => condition === undefined) &&
      SAMPLES.every((sample) => this.show(sample).text === sample && this.show(sample).kind === 'number')
    );
  }

  /** A text as the cell shows it. */
  showText(text: string): string {
    if (!this.#text) return text;
    // a section for texts without a place for them hides them; what is hidden is read all the same
    if (!this.#text.tokens.includes('text')) return text;
    return joined(this.#text.tokens, (token) => (token === 'text' ? text : ''));
  }

  /** A number (plain decimal text) as the cell shows it. */
  show(number: string): Shown {
    const value = Number(number);
    const section = this.#sectionFor(value);
    if (!section) return { text: number, kind: 'number' };
    const sign = value < 0 && section.keepsSign ? '-' : '';
    return showIn(section.section, number, sign);
  }

  #sectionFor(value: number): { section: Section; keepsSign: boolean } | undefined {
    const [first, second, third] = this.#sections;
    if (!first) return undefined;
    if (this.#sections.some(({ condition }) => condition)) {
      const section = this.#sections.find(({ condition }) => condition === undefined || condition(value));
      return section && { section, keepsSign: true };
    }
    if (value < 0 && second) return { section: second, keepsSign: false };
    if (value === 0 && third) return { section: third, keepsSign: false };
    return { section: first, keepsSign: true };
  }
}

function showIn(section: Section, number: string, sign: string): Shown {
  const { tokens, decimals, exponentDigits, percents, thousandsCut } = section;
  const plain: Shown = { text: number, kind: 'number' };
  const size = number.replace('-', '');
  const isWhole = !size.includes('.');
  if (tokens.includes('general')) {
    return unlessSame(sign + joined(tokens, (token) => (token === 'general' ? size : '')), number);
  }
  const obscured = (other: string): Shown => ({ text: number, kind: 'obscured', other: other.trim() });
  if (!tokens.some((token) => typeof token === 'object' && 'digit' in token))
    return obscured(sign + joined(tokens, () => ''));
  if (exponentDigits > 0) return obscured(sign + exponential(Number(size), decimals, exponentDigits));
  if (percents > 0) return obscured(`${sign}${(Number(size) * 100 ** percents).toFixed(decimals)}%`);
  if (thousandsCut > 0)
    return obscured(sign + filled(tokens, (Number(size) / 1000 ** thousandsCut).toFixed(decimals)));
  if (section.isFraction) return isWhole ? plain : obscured('a fraction');
  if (section.isQuantity && /[\p{L}\d]/u.test(joined(tokens, () => '')))
    return obscured(sign + filled(tokens, Number(size).toFixed(0)));
  if (section.isQuantity) {
    const zeros = tokens.filter(
      (token) => typeof token === 'object' && 'digit' in token && token.digit === '0',
    );
    return isWhole && zeros.length > 1 ? { ...plain, text: sign + size.padStart(zeros.length, '0') } : plain;
  }
  if (!isWhole) {
    const rounded = sign + filled(tokens, Number(size).toFixed(0));
    return /[^\d-]/.test(rounded) ? obscured(rounded) : plain;
  }
  return unlessSame(sign + filled(tokens, size), number);
}

function unlessSame(shown: string, number: string): Shown {
  const text = shown.trim();
  // a lone # shows nothing of a zero
  if (text === number || text === '') return { text: number, kind: 'number' };
  return /^-?\d+$/.test(text) ? { text, kind: 'number' } : { text, kind: 'shown', other: number };
}

function joined(tokens: readonly Token[], of: (token: 'general' | 'text') => string): string {
  return tokens
    .map((token) => (typeof token === 'string' ? of(token) : 'literal' in token ? token.literal : ''))
    .join('');
}

/** The digits of a whole number in their places, from the last; those without a place stand before the first. */
function filled(tokens: readonly Token[], digits: string): string {
  const places = tokens.filter((token) => typeof token === 'object' && 'digit' in token).length;
  const padded = digits === '0' ? ''.padStart(places) : digits.padStart(places);
  let at = 0;
  return tokens
    .map((token) => {
      if (typeof token === 'string') return '';
      if ('literal' in token) return token.literal;
      const to = at === 0 ? padded.length - places + 1 : at + 1;
      const digit = padded.slice(at, to);
      at = to;
      return digit.trim() === '' ? { '0': '0', '#': '', '?': ' ' }[token.digit] : digit;
    })
    .join('');
}

/** `1200000` with 2 decimals and 2 digits of exponent → `1.20E+06`. */
function exponential(value: number, decimals: number, digits: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.min(decimals, 20)).split('e');
  const size = exponent.replace(/^[+-]/, '').padStart(digits, '0');
  return `${mantissa}E${exponent.startsWith('-') ? '-' : '+'}${size}`;
}

function splitSections(code: string): string[] {
  return code.match(/(?:"[^"]*"?|\\.?|_.|\*.|\[[^\]]*\]?|[^;"\\[])+|(?<=^|;)(?=;|$)/g) ?? [code];
}

const CONDITION = /^(<=|>=|<>|<|>|=)\s*(-?[\d.]+)$/;

function conditionOf(bracket: string): ((value: number) => boolean) | undefined {
  const [, operator, limit] = CONDITION.exec(bracket) ?? [];
  const bound = Number(limit);
  switch (operator) {
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    case '=':
      return (value) => value === bound;
    case '<>':
      return (value) => value !== bound;
  }
  return undefined;
}

const PART = /"([^"]*)"?|\\(.?)|_(.?)|\*.?|\[([^\]]*)\]?|(general)|(E[+-])(0+)|([\s\S])/gi;

function parseSection(code: string): Section {
  const tokens: Token[] = [];
  const currency = /^[\s$€£¥]*$/;
  let condition: Section['condition'];
  let decimals = 0;
  let inDecimals = false;
  let exponentDigits = 0;
  let percents = 0;
  let commas = 0;
  let isQuantity = false;
  let isFraction = false;
  let sawDigit = false;
  const literal = (text: string) => {
    if (text !== '') tokens.push({ literal: text });
  };
  for (const [, quoted, escaped, padding, bracket, general, exponent, digits, bare] of code.matchAll(PART)) {
    if (quoted !== undefined) literal(quoted);
    else if (escaped !== undefined) literal(escaped);
    else if (padding !== undefined) literal(' ');
    else if (bracket !== undefined) {
      condition ??= conditionOf(bracket);
      if (bracket.startsWith('$')) literal(bracket.slice(1).split('-', 1)[0] ?? '');
    } else if (general !== undefined) tokens.push('general');
    else if (exponent !== undefined) exponentDigits = digits?.length ?? 1;
    else if (bare === '0' || bare === '#' || bare === '?') {
      if (commas > 0) isQuantity = true;
      commas = 0;
      if (inDecimals) decimals += 1;
      else tokens.push({ digit: bare });
      sawDigit = true;
    } else if (bare === '.' && sawDigit && !inDecimals) {
      inDecimals = true;
      isQuantity = true;
    } else if (bare === ',' && sawDigit) commas += 1;
    else if (bare === '%') percents += 1;
    else if (bare === '/' && sawDigit) isFraction = true;
    else if (bare === '@') tokens.push('text');
    else if (bare !== undefined) literal(bare);
  }
  const isMoney = tokens.every(
    (token) => typeof token !== 'object' || 'digit' in token || currency.test(token.literal),
  );
  return {
    ...(condition ? { condition } : {}),
    tokens: isMoney ? tokens.filter((token) => typeof token !== 'object' || 'digit' in token) : tokens,
    isQuantity,
    decimals,
    exponentDigits,
    percents,
    thousandsCut: commas,
    isFraction,
  };
}
