import { isAscii } from 'node:buffer';
import iconv from 'iconv-lite';
import { readBytes, type Source } from '../source.js';

/** Encodings of one byte a letter: Excel's CSV on Windows, its "CSV (Macintosh)", and its "CSV (MS-DOS)" in two regions. */
export type CodePage = 'windows-1252' | 'macroman' | 'cp850' | 'cp437';

const OTHERS = ['macroman', 'cp850', 'cp437'] as const satisfies readonly CodePage[];

/** So many different words with letters beyond ASCII tell enough. */
const MAX_WORDS = 2000;

/** One bad word in so many is a slip of who typed it, not a sign of another encoding. */
const WORDS_PER_SLIP = 20;

/** Signs that never stand behind a letter. */
const NEVER_BEHIND = /[‚„†‡ˆ‰‹˜¤¢£¥¦¨¬¯±¶¸“¡¿]/;
/** Signs that stand behind a word, never within it. */
const NEVER_WITHIN = /[”›™©®§•…]/;
/** Signs that are rare within a word of small letters; an apostrophe is none. */
const RARE_WITHIN = /[–—‘×÷]/;
/** What stands between words or numbers in any text. */
const NEUTRAL = /[\u00a0’´·«»°²³¹¼½¾]/;
/** Letters that no name has. */
const NO_LETTER = /[ƒıﬁﬂ\ufffd\u0080-\u009f]/;

/** Letters that names have often; where several encodings give letters, that with the most of these is meant. */
const FREQUENT = /[éèêáàíóúñüöäç]/gi;

interface Doubt {
  /** words that cannot be meant */
  bad: number;
  /** words that are seldom meant */
  odd: number;
  /** letters that are frequent */
  frequent: number;
}

/**
 * Which of the one-byte encodings a text is in: Windows-1252, unless that gives signs within words where another gives
 * letters.
 */
export async function guessCodePage(source: Source): Promise<CodePage> {
  const words = await wordsOf(source);
  const windows = doubtsOf(words, 'windows-1252');
  if (windows.bad === 0 && windows.odd < 2) return 'windows-1252';
  let best: CodePage = 'windows-1252';
  const limit = Math.min(windows.bad + windows.odd, Math.floor(words.length / WORDS_PER_SLIP) + 1);
  let fewest = limit;
  let mostFrequent = 0;
  for (const page of OTHERS) {
    const { bad, odd, frequent } = doubtsOf(words, page);
    const isBetter = bad + odd < fewest || (bad + odd === fewest && frequent > mostFrequent);
    if (!isBetter || bad + odd >= limit) continue;
    best = page;
    fewest = bad + odd;
    mostFrequent = frequent;
  }
  return best;
}

/** Different words with bytes beyond ASCII, each with a character before and behind it. */
async function wordsOf(source: Source): Promise<Buffer[]> {
  const found = new Set<string>();
  for await (const bytes of readBytes(source)) {
    if (isAscii(bytes)) continue;
    const text = bytes.toString('latin1');
    for (const { index, 0: high } of text.matchAll(/[\x80-\xff]+/g)) {
      let from = index;
      let to = index + high.length;
      while (from > 0 && isWordByte(text.charCodeAt(from - 1))) from -= 1;
      while (to < text.length && isWordByte(text.charCodeAt(to))) to += 1;
      // of a word at the border of the piece the rest is not known
      if (from > 0 && to < text.length) found.add(text.slice(from, to));
      if (found.size === MAX_WORDS) return [...found].map((word) => Buffer.from(word, 'latin1'));
    }
  }
  return [...found].map((word) => Buffer.from(word, 'latin1'));
}

function isWordByte(code: number): boolean {
  return code >= 0x80 || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function doubtsOf(words: readonly Buffer[], page: CodePage): Doubt {
  const doubt = { bad: 0, odd: 0, frequent: 0 };
  for (const bytes of words) {
    const word = iconv.decode(bytes, page);
    doubt.frequent += word.match(FREQUENT)?.length ?? 0;
    const verdict = verdictOf(word);
    if (verdict !== 'fine') doubt[verdict] += 1;
  }
  return doubt;
}

function verdictOf(word: string): 'fine' | 'odd' | 'bad' {
  let verdict: 'fine' | 'odd' = 'fine';
  const isUpperCase = /[A-Z].*[A-Z]/.test(word) && !/[a-z]/.test(word);
  for (let i = 0; i < word.length; i += 1) {
    const character = word[i] as string;
    if (character <= '\x7f') continue;
    const before = word[i - 1] ?? ' ';
    const behind = word[i + 1] ?? ' ';
    const isBehindLetter = /\p{L}/u.test(before);
    const isWithin = isBehindLetter && /\p{L}/u.test(behind);
    if (NO_LETTER.test(character)) return 'bad';
    if (/\p{Script=Latin}/u.test(character) || character === 'µ') {
      const isCapital = /\p{Lu}/u.test(character);
      if (isCapital && (/\p{Ll}/u.test(before) || (isBehindLetter && /\p{Ll}/u.test(behind)))) return 'bad';
      if (!isCapital && isUpperCase && /[A-Z]/.test(before)) return 'bad';
    } else if (NEVER_BEHIND.test(character)) {
      if (isBehindLetter) return 'bad';
    } else if (NEVER_WITHIN.test(character)) {
      if (isWithin) return 'bad';
    } else if (RARE_WITHIN.test(character)) {
      if (isBehindLetter && !/\p{Lu}/u.test(behind)) verdict = 'odd';
    } else if (!NEUTRAL.test(character) && !/[€™©®§•…”›]/.test(character)) return 'bad';
  }
  return verdict;
}
