/** Texts made plain without a change of what they say: Unicode's own compatibility forms would make 8711⁄2 of 871½. */

const PLAIN = /^[\x20-\x7e]*$/;

/** Characters that do not show at all: zero-width ones, direction marks, soft hyphens, fillers, tags. */
const INVISIBLE =
  /\u034f|[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]/gu;

/** Zero-width joiners, but not where they join what some scripts and emoji need joined. */
const LOOSE_JOINER =
  /(?<![^\p{Script=Latin}\p{N}\p{P}\s])[\u200c\u200d]|[\u200c\u200d](?=[\p{Script=Latin}\p{N}\s]|$)/gu;

/** Blanks that look like one and are another. */
const OTHER_BLANK = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

/** Letters that are one character for typesetting's sake: `ﬁ`, `ĳ`. */
const LIGATURE = /[\ufb00-\ufb06\u0132\u0133]/g;

/** A code with what word processors put into it made plain: quotes, dashes, blanks, full-width letters and digits. */
export function plainCode(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(LIGATURE, (sign) => sign.normalize('NFKC'))
    .replace(INVISIBLE, '')
    .replace(LOOSE_JOINER, '')
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212\ufe58\ufe63]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Words in composed form with ordinary blanks, and without characters that do not show. */
export function plainWords(text: string): string {
  if (PLAIN.test(text)) return text;
  const visible = text.normalize('NFC').replace(INVISIBLE, '').replace(LOOSE_JOINER, '');
  return visible.replace(OTHER_BLANK, ' ').trim();
}

/** `½`, `¹⁄₂`, or digits around a fraction slash. */
const FRACTION =
  /[\u00bc-\u00be\u2150-\u215e\u2189]|\u215f[\u2080-\u2089]{1,3}|[\u00b2\u00b3\u00b9\u2070-\u2079]{1,3}[\u2044\u2215/][\u2080-\u2089]{1,3}|(?<!\d)\d{1,2}[\u2044\u2215]\d{1,3}(?!\d)/g;

/**
 * The text with fractions spelled out, apart from the number before: `871½ N` is `871 1/2 N`. One that may be read in
 * two ways (`41⁄2`) keeps its fraction slash.
 */
export function plainFractions(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(FRACTION, (fraction: string, at: number) => {
    const spelled = fraction.normalize('NFKC').replace(/[\u2044\u2215]/, '/');
    const [above, below] = spelled.split('/').map(Number);
    if (/\d/.test(fraction) && Number(above) >= Number(below)) return fraction;
    const before = /[\p{L}\p{N}]/u.test(text.charAt(at - 1)) ? ' ' : '';
    const after = /[\p{L}\p{N}]/u.test(text.charAt(at + fraction.length)) ? ' ' : '';
    return `${before}${spelled}${after}`;
  });
}

/** Signs that people write in names and that are no styled letters: full-width letters, ligatures, `ª`, `º`, `™`, `№`. */
const OF_NAMES =
  /[\uff01-\uff5e\ufb00-\ufb06\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u00aa\u00ba\u2122\u2120\u2116\u2105\u00bc-\u00be\u2150-\u215f\u2189]/;

/**
 * The first sign of a text that stands for letters or digits without being any: `²`, `①`, `Ⅳ`, `🄰`, `½`; null when
 * there is none.
 * @param inName overlook signs that are at home in names, such as `™`
 */
export function signInText(text: string, inName: boolean): string | null {
  if (PLAIN.test(text)) return null;
  for (const sign of text.normalize('NFC')) {
    if (sign <= '\x7f' || (inName && OF_NAMES.test(sign))) continue;
    const stands = /[0-9a-z\u2044]/i.test(sign.normalize('NFKC'));
    // circled and boxed ones that Unicode leaves alone, and marks that enclose the digit before them
    if (stands || /[\p{No}\p{Nl}\p{Me}\u2215\u{1f150}-\u{1f189}]/u.test(sign)) return sign;
  }
  return null;
}
