// How what was asked for is compared with what was answered: a platform may write the same thing in another way. Where
// one of the two says nothing, nothing contradicts.

/** Whether an account number, an ID, a username or a partition is the same: letter case and spacing do not count. */
export function sameKey(asked: unknown, answered: unknown): boolean {
  return same(asked, answered, (text) => text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase());
}

/** Whether a name reads the same: letter case, spacing, accents and signs do not count. */
export function sameName(asked: unknown, answered: unknown): boolean {
  return same(asked, answered, (text) => {
    const letters = text
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '');
    return letters === '' ? text.trim() : letters;
  });
}

/** Whether a phone number is the same, with or without country code and signs. */
export function samePhone(asked: unknown, answered: unknown): boolean {
  return same(asked, answered, (text) => text.replace(/\D/g, '').slice(-10));
}

/** A phone number with its country code, however a platform writes it: its records have eleven digits or ten. */
export function elevenDigits(phone: string): string {
  if (/^1\d{10}$/.test(phone)) return phone;
  const digits = phone.replace(/\D/g, '');
  return digits.length === 10 ? `1${digits}` : digits;
}

/** Whether a MAC address is the same, with or without separators. */
export function sameMac(asked: unknown, answered: unknown): boolean {
  return same(asked, answered, (text) => text.replace(/[^\da-f]/gi, '').toLowerCase());
}

function same(asked: unknown, answered: unknown, plain: (text: string) => string): boolean {
  if (asked === answered || isBlank(asked) || isBlank(answered)) return true;
  return plain(String(asked)) === plain(String(answered));
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
