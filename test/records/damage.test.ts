import { describe, expect, it } from 'vitest';
import { COLUMN_NAMES, type ColumnName, columnOf } from '../../src/records/columns.js';
import type { ProblemCode } from '../../src/records/problem.js';
import { read } from './read.js';
import { brief, type Cells, example, validate, validateRows } from './sheet.js';

describe('texts that are not damaged', () => {
  it.each<[ColumnName, string]>([
    ['accountNumber', 'MAR-1001'],
    ['accountNumber', 'DEC-300'],
    ['accountNumber', 'SEP-12A'],
    ['accountNumber', 'MAY-90'],
    ['username', 'may-90'],
    ['accountNumber', '12E5'],
    ['accountNumber', '12-3456'],
    ['accountNumber', '1.2.0'],
    ['accountNumber', 'A/1'],
    ['accountNumber', '%2e'],
    ['accountNumber', 'A#1?'],
    ['unit', '3/4'],
    ['unit', '#4'],
    ['unit', '1-A'],
    ['firstName', "'t Hooft"],
    ['firstName', "O'Brien"],
    ['firstName', "'90s"],
    ['city', "'Aiea"],
    ['firstName', 'Nannette'],
    ['firstName', 'Nat'],
    ['firstName', 'N.A.'],
    ['firstName', 'Mª José'],
    ['firstName', 'Zoë'],
    ['firstName', 'Sœur'],
    ['firstName', 'JOÃO'],
    ['firstName', 'Åse'],
    ['accountName', 'Who?'],
    ['accountName', 'Loading Dock LLC'],
    ['accountName', 'Error 404 Cafe'],
    ['accountName', 'None Better Inc'],
    ['accountName', '#1 Auto'],
    ['accountName', 'R&D; Sons'],
    ['accountName', 'Acme™'],
    ['accountName', '8½ Bar'],
    ['accountName', 'Café « Chez »'],
    ['customField', 'https://example.com/?a=b'],
    ['deviceName', '👨\u200d👩\u200d👧 desk'],
    ['sipPassword', "'Secret?&amp;1"],
    ['sipPassword', '="Secret"'],
  ])('%s "%s" stays as it is', (column, text) => {
    expect(read(column, text)).toEqual({ value: text });
  });

  it.each<[ColumnName, string, unknown]>([
    ['firstName', 'Jose\u0301', 'José'],
    ['city', 'Montre\u0301al', 'Montréal'],
    ['accountNumber', '７００１', '7001'],
    ['accountNumber', '70\u200b01\u200e', '7001'],
    ['extension', '４０００', '4000'],
    ['directoryListed', 'ＹＥＳ', true],
    ['macAddress', '001122.3344E5', '0011223344e5'],
    ['address', '871½ N 300 E', '871 1/2 N 300 E'],
    ['address', '871 ½ N 300 E', '871 1/2 N 300 E'],
    ['address', '871-½ N', '871-1/2 N'],
    ['address', '½ Mile Rd', '1/2 Mile Rd'],
    ['address', '871¹⁄₂ N', '871 1/2 N'],
    ['address', '871 1⁄2 N', '871 1/2 N'],
    ['address', '871⅟₄ N', '871 1/4 N'],
    ['address', '15⅞, Apt 4', '15 7/8, Apt 4'],
    ['e911Address', '15⅒B', '15 1/10 B'],
    ['unit', '4½', '4 1/2'],
    ['unit', '⅓', '1/3'],
  ])('%s "%s" says the same as %j', (column, text, value) => {
    expect(read(column, text)).toEqual({ value });
  });

  it('takes a text of a workbook that looks like a date for the text that it is', () => {
    const { schema } = columnOf('accountNumber');
    expect(schema.read('Mar-01', true)).toBe('Mar-01');
    expect(schema.read('3/4/2024', true)).toBe('3/4/2024');
    expect(schema.read('1.2E+05', true)).toMatchObject({ code: 'DIGITS_LOST' });
    expect(columnOf('extension').schema.read('4-Jan', true)).toMatchObject({ code: 'EXTENSION_INVALID' });
    const rows = [example('BCC', { accountNumber: 'Mar-01' })];
    expect(validate([{ rows, sheet: 'Users' }]).problems).toEqual([]);
    expect(validate([{ rows }]).problems.map(brief)).toEqual(['row 2 accountNumber TURNED_INTO_DATE']);
  });
});

describe('damage that leaves one meaning', () => {
  it.each<[ColumnName, string, unknown]>([
    ['accountNumber', '="0012345"', '0012345'],
    ['accountNumber', '= "0012345"', '0012345'],
    ['accountNumber', '="""0012"""', '0012'],
    ['accountNumber', '=0012', '0012'],
    ['accountNumber', "'0012345", '0012345'],
    ['accountNumber', '’0012345', '0012345'],
    ['accountNumber', "'0012345'", '0012345'],
    ['accountName', '="Quill & Sons"', 'Quill & Sons'],
    ['customField', "'0012", '0012'],
    ['deviceName', "'3-4", '3-4'],
    ['address', "'871 N 300 E", '871 N 300 E'],
    ['phoneNumber', '="8015551212"', '18015551212'],
    ['phoneNumber', "'(801) 555-1212", '18015551212'],
    ['macAddress', "'0004f2ab1001", '0004f2ab1001'],
    ['postalCode', '="01234"', '01234'],
    ['billingCycleDay', "'15", 15],
    ['directoryListed', '="TRUE"', true],
    ['product', '="BCC"', 'BCC'],
  ])('%s %s: the marks of an export are dropped', (column, text, repaired) => {
    expect(read(column, text)).toMatchObject({ code: 'MARK_DROPPED', repaired });
  });

  it('takes an empty text formula for a blank cell', () => {
    const { checked, problems } = validateRows(example('BCC', { deviceName: '=""' }));
    expect(problems.map(brief)).toEqual(['row 2 deviceName MARK_DROPPED']);
    expect(checked[0]?.record).toMatchObject({ valid: true, values: { deviceName: undefined } });
    const required = validateRows(example('BCC', { accountName: '=""' }));
    expect(required.problems.map(brief)).toEqual([
      'row 2 accountName MARK_DROPPED',
      'row 2 accountName REQUIRED',
    ]);
  });

  it.each<[ColumnName, string, unknown]>([
    ['accountNumber', '100123.0', '100123'],
    ['accountNumber', '1.0012345E7', '10012345'],
    ['partitionId', '4711.00', '4711'],
    ['unit', '5.0', '5'],
    ['username', '400100.0', '400100'],
    ['sipUsername', '12345678.0', '12345678'],
    ['voicemailBoxId', '4000.0', '4000'],
    ['lineNumber', '2.0', 2],
    ['phoneNumber', '8.015551212E9', '18015551212'],
    ['phoneNumber', '1.8015551212E10', '18015551212'],
    ['phoneNumber', '8,015551212E9', '18015551212'],
    ['phoneNumber', '8.015551212e+09', '18015551212'],
    ['macAddress', '1.12233445566E11', '112233445566'],
    ['postalCode', '8.4042E4', '84042'],
  ])('%s %s: a double is read as the whole number it is', (column, text, repaired) => {
    expect(read(column, text)).toMatchObject({ code: 'NUMBER_REPAIRED', repaired });
  });

  it.each<[ColumnName, string, string]>([
    ['firstName', 'Jean\u00a0Paul', 'Jean Paul'],
    ['firstName', 'Jo\u200bhn', 'John'],
    ['firstName', 'Jo\u200dhn', 'John'],
    ['lastName', '\u202aRoe\u202c', 'Roe'],
    ['lastName', 'Ro\u00adsen', 'Rosen'],
    ['accountName', 'Acme\ufeff Inc', 'Acme Inc'],
    ['accountName', 'Acme\u3000Inc', 'Acme Inc'],
  ])('%s %j: what does not show is taken out', (column, text, repaired) => {
    expect(read(column, text)).toMatchObject({ code: 'INVISIBLE_CHARACTER', repaired });
  });

  it('finds names equal that differ in composition or in what does not show', () => {
    const first = example('BCC', { accountName: 'José Café' });
    const again = (accountName: string, number: number): Cells => ({
      ...first,
      accountName,
      extension: `410${number}`,
      username: `user${number}`,
      emailAddress: `user${number}@example.com`,
      phoneNumber: `801555200${number}`,
      macAddress: `0004f2ac000${number}`,
    });
    const { problems } = validateRows(first, again('Jose\u0301 Cafe\u0301', 1), again('José\u00a0Café', 2));
    expect(problems.map(brief)).toEqual(['row 4 accountName INVISIBLE_CHARACTER']);
  });
});

describe('texts that may be damaged', () => {
  it.each<[ColumnName, string, ProblemCode]>([
    ['firstName', 'NULL', 'NULL_WORD'],
    ['lastName', 'Null', 'NULL_WORD'],
    ['deviceName', 'nan', 'NULL_WORD'],
    ['deviceName', 'NaT', 'NULL_WORD'],
    ['lineName', '\\N', 'NULL_WORD'],
    ['accountName', '(null)', 'NULL_WORD'],
    ['trunkName', '<NA>', 'NULL_WORD'],
    ['firstName', 'N/A', 'NULL_WORD'],
    ['accountName', 'undefined undefined', 'NULL_WORD'],
    ['accountName', '[object Object]', 'NULL_WORD'],
    ['customerName', 'Null', 'NULL_WORD'],
    ['accountName', 'M²', 'SIGN_IN_NAME'],
    ['lastName', 'Henry Ⅳ', 'SIGN_IN_NAME'],
    ['accountName', '① Auto', 'SIGN_IN_NAME'],
    ['firstName', 'Jos?', 'LETTERS_LOST'],
    ['lastName', 'N??ez', 'LETTERS_LOST'],
    ['accountName', 'Caf? Pe?a', 'LETTERS_LOST'],
    ['accountName', 'Caf? Central', 'LETTERS_LOST'],
    ['accountName', '?le Perrot', 'LETTERS_LOST'],
    ['city', 'Gasp?', 'LETTERS_LOST'],
    ['accountName', 'Quill &amp; Sons', 'HTML_CODE'],
    ['lastName', 'O&#39;Brien', 'HTML_CODE'],
    ['accountName', 'Acme&nbsp;Inc', 'HTML_CODE'],
    ['city', 'Qu&eacute;bec', 'HTML_CODE'],
    ['accountName', 'Acme<br/>Inc', 'HTML_CODE'],
    ['lastName', 'Pe\\u00f1a', 'HTML_CODE'],
    ['lastName', 'MÃœLLER', 'SUSPECT_ENCODING'],
    ['lastName', 'JosÃƒÂ©', 'SUSPECT_ENCODING'],
    ['lastName', 'Jos√©', 'SUSPECT_ENCODING'],
    ['city', 'MontrÃ©al', 'SUSPECT_ENCODING'],
    ['accountNumber', '2024-03-04', 'LOOKS_LIKE_DATE'],
    ['unit', '4-janv', 'LOOKS_LIKE_DATE'],
  ])('%s "%s" is taken with the warning %s', (column, text, code) => {
    expect(read(column, text)).toMatchObject({ code, repaired: text });
  });
});

describe('values that are lost', () => {
  it.each<[string, string]>([
    ['quotes', `=${'"'.repeat(100_000)}x`],
    ['digits', `'${'1'.repeat(100_000)}x`],
    ['superscripts', '²'.repeat(100_000)],
    ['tags', '<b'.repeat(50_000)],
    ['question marks', 'a?'.repeat(50_000)],
  ])('looks through a cell of 100,000 %s in no time', (_name, text) => {
    const began = performance.now();
    for (const column of ['accountNumber', 'accountName', 'address'] as const) {
      expect(read(column, text)).toHaveProperty('code');
    }
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it.each([
    ...['#N/A', '#N/D', '#NV', '#VALEUR!', '#WERT!', '#NOM?', '#NAME?', '#¡REF!', '#¡VALOR!', '#¿NOMBRE?'],
    ...[
      '#REF!',
      '#DIV/0!',
      '#¡DIV/0!',
      '#BEZUG!',
      '#ZAHL!',
      '#SPILL!',
      '#CONNECT!',
      '#BLOCKED!',
      '#UNKNOWN!',
    ],
    ...['#FIELD!', '#BUSY!', '#ERROR!', '#NÚM!', '#ЗНАЧ!', 'Err:508', 'Err:502', 'Loading...', 'Chargement…'],
  ])('finds the error value %s in every column', (text) => {
    for (const column of COLUMN_NAMES) {
      expect([column, read(column, text).code]).toEqual([column, 'CELL_ERROR']);
    }
  });

  it('finds that a column was too narrow to show the value, whatever it is', () => {
    for (const column of COLUMN_NAMES) {
      expect([column, read(column, '########').code]).toEqual([column, 'COLUMN_TOO_NARROW']);
    }
  });

  it.each<[ColumnName, string, ProblemCode, string]>([
    ['accountNumber', 'nan', 'PLACEHOLDER', 'nan'],
    ['accountNumber', '\\N', 'PLACEHOLDER', '\\N'],
    ['username', '(null)', 'PLACEHOLDER', '(null)'],
    ['city', 'NULL', 'PLACEHOLDER', 'NULL'],
    ['address', '<NA>', 'PLACEHOLDER', '<NA>'],
    ['state', 'nan', 'PLACEHOLDER', 'nan'],
    ['timeZone', 'NaT', 'PLACEHOLDER', 'NaT'],
    ['lineNumber', 'None', 'PLACEHOLDER', 'None'],
    ['accountNumber', 'inf', 'PLACEHOLDER', 'inf'],
    ['phoneNumber', '8.0155E9', 'DIGITS_LOST', '8.0155E9'],
    ['phoneNumber', "'1.8E+10", 'DIGITS_LOST', '1.8E+10'],
    ['accountNumber', '12E+05', 'DIGITS_LOST', '12E+05'],
    ['extension', "'4-Jan", 'TURNED_INTO_DATE', '4-Jan'],
    ['directoryListed', '="#N/A"', 'CELL_ERROR', '#N/A'],
    ['accountNumber', 'Mar-01', 'TURNED_INTO_DATE', 'Mar-01'],
    ['accountNumber', '01-Mar-24', 'TURNED_INTO_DATE', '01-Mar-24'],
    ['accountNumber', '3/4/2024', 'TURNED_INTO_DATE', '3/4/2024'],
    ['accountNumber', '2024-03-04 00:00:00', 'TURNED_INTO_DATE', '2024-03-04'],
    ['accountNumber', '=A2', 'FORMULA_NOT_CALCULATED', '=A2'],
    ['accountNumber', '="A"&B2', 'FORMULA_NOT_CALCULATED', 'B2'],
    ['accountName', '=PROPER(A2)', 'FORMULA_NOT_CALCULATED', '=PROPER(A2)'],
    ['accountNumber', 'A\ud83d', 'BROKEN_ENCODING', 'half of a character'],
    ['firstName', '\ude00Ann', 'BROKEN_ENCODING', 'half of a character'],
    ['sipPassword', 'secret\ud83d', 'BROKEN_ENCODING', 'half of a character'],
    ['firstName', '\u200e', 'CONTROL_CHARACTER', 'nothing but'],
    ['sipPassword', 'pass\u200bword', 'CONTROL_CHARACTER', 'do not show'],
    // a sign is no digit: 7001² is not 70012, nor is it 7001
    ['accountNumber', '7001²', 'INVALID_CHARACTER', '²'],
    ['accountNumber', '7001½', 'INVALID_CHARACTER', '½'],
    ['accountNumber', '700①', 'INVALID_CHARACTER', '①'],
    ['accountNumber', '700❶', 'INVALID_CHARACTER', '❶'],
    ['username', 'jo₂smith', 'INVALID_CHARACTER', '₂'],
    ['sipUsername', 'trunk🄰12345', 'INVALID_CHARACTER', '🄰'],
    ['partitionId', 'P-Ⅳ', 'INVALID_CHARACTER', 'Ⅳ'],
    ['unit', '⑤', 'INVALID_CHARACTER', '⑤'],
    ['unit', '5\ufe0f\u20e3', 'INVALID_CHARACTER', '\u20e3'],
    ['address', '871² N 300 E', 'INVALID_CHARACTER', '²'],
    ['address', '1º Main St', 'INVALID_CHARACTER', 'º'],
    ['e911Address', '8711⁄2 N', 'INVALID_CHARACTER', '⁄'],
    ['e911Address', '41⁄2 N', 'INVALID_CHARACTER', '⁄'],
    ['phoneNumber', '801555121²', 'PHONE_NUMBER_INVALID', '801555121²'],
    ['macAddress', '0004f2ab100¹', 'MAC_ADDRESS_INVALID', '¹'],
    ['extension', '400²', 'EXTENSION_INVALID', 'more than digits'],
    ['postalCode', '8404²', 'POSTAL_CODE_INVALID', '8404²'],
    ['billingCycleDay', '1²', 'NOT_A_WHOLE_NUMBER', '1²'],
    ['lineNumber', '①', 'NOT_A_WHOLE_NUMBER', '①'],
  ])('%s "%s" is refused as %s', (column, text, code, says) => {
    const fault = read(column, text);
    expect(fault).toMatchObject({ code, repaired: undefined });
    expect(fault.message).toContain(says);
  });
});
