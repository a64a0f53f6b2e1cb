import { z } from 'zod';
import { AS_TEXT, damageFault, Fault, placeholderFault, wholeDigits } from './damage.js';
import { plainCode } from './plain.js';
import { type CellSchema, cell, repairedNumber } from './values.js';

function phoneFault(message: string): Fault {
  const hint = 'Use ten digits such as 801-555-1212, or 18015551212.';
  return new Fault('PHONE_NUMBER_INVALID', message, hint);
}

/**
 * A North American number in any usual notation, as the 11 digits that the platform wants: `18015551212` (guide,
 * "Add Phone Number"). Area code and exchange begin with 2 to 9.
 */
export const phoneNumber: CellSchema<string> = cell((typed) => {
  if (/^1[2-9]\d{2}[2-9]\d{6}$/.test(typed)) return typed;
  const plain = plainCode(typed).replace(/^(tel|phone):?\s*/i, '');
  const repaired = wholeDigits(plain);
  const damaged = repaired === null ? damageFault(typed) : null;
  if (damaged !== null) return damaged;
  const text = repaired ?? plain;
  if (/\d\s*(x|ext\.?|extension|#)\s*\d+$/i.test(text)) {
    return phoneFault(`"${typed}" has an extension; a phone number has none`);
  }
  if (/\p{L}/u.test(text)) return phoneFault(`"${typed}" has letters in it`);
  if (/[^\d\s()+.\-/]/.test(text) || text.lastIndexOf('+') > 0) {
    return phoneFault(`"${typed}" has characters that a phone number has not`);
  }
  const digits = text.replace(/\D/g, '');
  if (text.startsWith('+') && !digits.startsWith('1')) {
    return phoneFault(`"${typed}" is not a North American number (country code 1)`);
  }
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  if (national.length !== 10) {
    return phoneFault(`"${typed}" has ${digits.length} digits; a number has 10, or 11 that begin with 1`);
  }
  if (!/^[2-9]/.test(national)) {
    return phoneFault(`"${typed}" has the area code ${national.slice(0, 3)}; none begins with 0 or 1`);
  }
  if (!/^...[2-9]/.test(national)) {
    return phoneFault(`"${typed}" has the exchange ${national.slice(3, 6)}; none begins with 0 or 1`);
  }
  return repaired === null ? `1${national}` : repairedNumber(typed, `1${national}`);
});

const LOCAL = /^1(?!8(?:00|22|33|44|55|66|77|88))[2-9]\d{2}[2-9]\d{6}$/;

/** A {@link phoneNumber} that is not toll-free, or the fault that `ifTollFree` makes of it. */
function localNumber(ifTollFree: (phone: string) => Fault): CellSchema<string> {
  return cell((typed, inWorkbook) => {
    if (LOCAL.test(typed)) return typed;
    const read = phoneNumber.read(typed, inWorkbook);
    const phone = read instanceof Fault ? read.repaired : read;
    return typeof phone === 'string' && !LOCAL.test(phone) ? ifTollFree(phone) : read;
  });
}

/** A number that is meant to be of a place; a toll-free one comes with a warning. */
export const serviceNumber = localNumber((phone) => {
  const message = `${phone} is a toll-free number, and a local one is meant here`;
  const hint = 'Use a local number: a toll-free one has no place, and 911 cannot call it back.';
  return new Fault('TOLL_FREE_NUMBER', message, hint, phone);
});

/** A number that 911 calls back: never a toll-free one, which says nothing of where the caller is. */
export const emergencyCallback = localNumber((phone) => {
  const message = `${phone} is a toll-free number, which 911 cannot call back`;
  return new Fault('TOLL_FREE_CALLBACK', message, 'Use a local number that is on the account.');
});

const PHONE_NUMBERS: readonly unknown[] = [phoneNumber, serviceNumber, emergencyCallback];

/** Whether a column that is read so holds phone numbers. */
export function isPhoneNumber(schema: unknown): boolean {
  return PHONE_NUMBERS.includes(schema);
}

function macFault(message: string, hint = 'Use the 12 characters of the label, 0-9 and A-F.'): Fault {
  return new Fault('MAC_ADDRESS_INVALID', message, hint);
}

/** A MAC address in any usual notation, as 12 hexadecimal characters in lower case (guide, "Create Device Line"). */
export const macAddress: CellSchema<string> = cell((typed) => {
  if (/^(?!0{12}|f{12})[\da-f]{12}$/.test(typed)) return typed;
  const plain = plainCode(typed);
  const digits = wholeDigits(plain);
  const repaired = digits?.length === 12 ? digits : null;
  const damaged = repaired === null ? damageFault(typed) : null;
  if (damaged !== null) return damaged;
  const text = (repaired ?? plain).replace(/[:\-.\s]/g, '').toLowerCase();
  const wrong = /[^0-9a-f]/.exec(text)?.[0];
  if (wrong !== undefined) {
    const meant =
      wrong === 'o' ? ' (the letter O; a zero?)' : wrong === 'l' || wrong === 'i' ? ' (a one?)' : '';
    return macFault(`"${typed}" has "${wrong}" in it${meant}; a MAC address has only 0-9 and A-F`);
  }
  if (text.length < 12 && /^\d+$/.test(plain)) {
    const message = `"${typed}" has ${text.length} digits; a MAC address has 12 characters`;
    return macFault(message, `Its leading zeros were probably lost as a number. ${AS_TEXT}`);
  }
  if (text.length !== 12) {
    return macFault(`"${typed}" has ${text.length} hexadecimal characters; a MAC address has 12`);
  }
  if (/^(0{12}|f{12})$/.test(text)) return macFault(`"${typed}" is no device's MAC address`);
  return repaired === null ? text : repairedNumber(typed, text);
});

/** An extension: 3 to 6 digits, the first from 2 to 8 (guide, "Create User"). The account says how many digits. */
export const extension: CellSchema<string> = cell((typed) => {
  if (/^[2-8]\d{2,5}$/.test(typed)) return typed;
  const plain = plainCode(typed);
  const repaired = wholeDigits(plain);
  const damaged = repaired === null ? damageFault(typed) : null;
  if (damaged !== null) return damaged;
  const text = repaired ?? plain;
  const hint = 'Use digits only, as many as extensionLength says, the first from 2 to 8.';
  if (!/^\d+$/.test(text)) {
    return new Fault('EXTENSION_INVALID', `"${typed}" is not an extension: it has more than digits`, hint);
  }
  if (text.length < 3 || text.length > 6) {
    return new Fault(
      'EXTENSION_INVALID',
      `"${typed}" has ${text.length} digits; an extension has 3 to 6`,
      hint,
    );
  }
  if (!/^[2-8]/.test(text)) {
    return new Fault(
      'EXTENSION_INVALID',
      `"${typed}" begins with ${text[0]}; an extension begins with 2 to 8`,
      hint,
    );
  }
  return repaired === null ? text : repairedNumber(typed, text);
});

/** Extension patterns such as `21XX;2205`, as an array (guide, "Create SIP Trunks"). */
export const extensionPatterns: CellSchema<readonly string[]> = cell((typed) => {
  const damaged = damageFault(typed);
  if (damaged !== null) return damaged;
  const patterns = plainCode(typed)
    .toUpperCase()
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const hint = 'Use digits followed by X for any digit, separated by semicolons: 21XX;2205.';
  if (patterns.length === 0)
    return new Fault('EXTENSION_PATTERN_INVALID', `"${typed}" holds no pattern`, hint);
  for (const pattern of patterns) {
    if (!/^\d+X*$/.test(pattern) || pattern.length > 6) {
      return new Fault('EXTENSION_PATTERN_INVALID', `"${pattern}" is not an extension pattern`, hint);
    }
  }
  return patterns;
});

/** An e-mail address. */
export const emailAddress: CellSchema<string> = cell((typed) => {
  const damaged = placeholderFault(typed);
  if (damaged !== null) return damaged;
  const text = plainCode(typed);
  if (text.length <= 256 && z.regexes.email.test(text)) return text;
  const hint =
    'Use one address such as john.smith@example.com, without a name or a second address beside it.';
  return new Fault('EMAIL_INVALID', `"${typed}" is not an e-mail address`, hint);
});

/** E-mail addresses, separated by semicolons or commas, each once. */
export const emailAddresses: CellSchema<readonly string[]> = cell((typed, inWorkbook) => {
  const damaged = placeholderFault(typed);
  if (damaged !== null) return damaged;
  const texts = typed
    .split(/[;,]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const addresses = new Map<string, string>();
  for (const text of texts) {
    const read = emailAddress.read(text, inWorkbook);
    const address = read instanceof Fault ? read.repaired : read;
    if (typeof address !== 'string') {
      const hint = 'Use addresses such as front@example.com;back@example.com.';
      return new Fault('EMAIL_INVALID', `"${text}" is not an e-mail address`, hint);
    }
    if (!addresses.has(address.toLowerCase())) addresses.set(address.toLowerCase(), address);
  }
  if (addresses.size > 0) return [...addresses.values()];
  return new Fault('EMAIL_INVALID', `"${typed}" holds no e-mail address`, 'Fill in an address, or nothing.');
});
