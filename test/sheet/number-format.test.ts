import { describe, expect, it } from 'vitest';
import { NumberFormat } from '../../src/sheet/xlsx/number-format.js';
import { meaningOfFormat } from '../../src/sheet/xlsx/styles.js';

const shown = (code: string, number: string): string => {
  const { text, kind, other } = new NumberFormat(code).show(number);
  return other === undefined ? `${text}:${kind}` : `${text}:${kind}:${other}`;
};

describe('a number is what its cell shows', () => {
  it.each([
    // zeros and literals
    ['"ACC-"0000', '12', 'ACC-0012:shown:12'],
    ['"ACC-"0000', '123456', 'ACC-123456:shown:123456'],
    ['\\A\\C\\C\\-0000', '12', 'ACC-0012:shown:12'],
    ['"ACC-"General', '12', 'ACC-12:shown:12'],
    ['ACC-0', '12', 'ACC-12:shown:12'],
    ['0000"-X"', '7', '0007-X:shown:7'],
    ['000\\-00\\-0000', '123456789', '123-45-6789:shown:123456789'],
    ['00000-0000', '840421234', '84042-1234:shown:840421234'],
    ['(000) 000-0000', '8015551212', '(801) 555-1212:shown:8015551212'],
    ['"+1 "0', '8015551212', '+1 8015551212:shown:8015551212'],
    ['00000', '123', '00123:number'],
    ['000,000', '1234', '001234:number'],
    ['[Red]0000', '12', '0012:number'],
    // pads and fills
    ['_(0000_)', '12', '0012:number'],
    ['* 0000', '12', '0012:number'],
    ['"A"*-000', '5', 'A005:shown:5'],
    // sections
    ['000000;-000000', '12', '000012:number'],
    ['000000;-000000', '-12', '-000012:number'],
    ['"P"000;"N"000;"Z"', '5', 'P005:shown:5'],
    ['"P"000;"N"000;"Z"', '-5', 'N005:shown:-5'],
    ['"P"000;"N"000;"Z"0', '0', 'Z0:shown:0'],
    ['"A"000', '-5', '-A005:shown:-5'],
    ['"A;B"00;"N"00', '3', 'A;B03:shown:3'],
    ['[<=9999999]###-####;(###) ###-####', '5551212', '555-1212:shown:5551212'],
    ['[<=9999999]###-####;(###) ###-####', '8015551212', '(801) 555-1212:shown:8015551212'],
    ['[>=1000]"L"0;[<10]"S"0;"M"0', '50', 'M50:shown:50'],
    ['0;;;"T-"@', '12', '12:number'],
    // what is no part of a code
    ['#,##0', '1234567', '1234567:number'],
    ['0.00', '7', '7:number'],
    ['$#,##0.00', '1200', '1200:number'],
    ['[$€-407] #,##0', '1200', '1200:number'],
    ['_(* #,##0_);_(* (#,##0);_(* "-"_)', '1200', '1200:number'],
    ['#', '0', '0:number'],
    ['@', '12', '12:number'],
    ['# ?/?', '12', '12:number'],
    // what hides the number
    ['0.00E+00', '1200000', '1200000:obscured:1.20E+06'],
    ['0E+0', '120', '120:obscured:1E+2'],
    ['0%', '12', '12:obscured:1200%'],
    ['0.0%', '0.055', '0.055:obscured:5.5%'],
    ['0,"K"', '12000', '12000:obscured:12K'],
    ['# ?/?', '0.5', '0.5:obscured:a fraction'],
    [';;;', '12', '12:obscured:'],
    ['"see note"', '12', '12:obscured:see note'],
    ['"A"#,##0', '1200', '1200:obscured:A1200'],
    ['"A"0', '1.6', '1.6:obscured:A2'],
  ])('%s of %s → %s', (code, number, expected) => {
    expect(shown(code, number)).toBe(expected);
  });

  it.each(['General', '0', '#,##0', '0.00', '#,##0.00', '@', '0_ ', '$#,##0', '0;-0', '[Red]0', '_(0_)'])(
    'the format %s means nothing, so that its cells are read the fast way',
    (code) => expect(meaningOfFormat(code)).toBeUndefined(),
  );

  it.each(['m/d/yyyy', '[$-409]h:mm AM/PM;@', 'yyyy"y"', 'dd\\.mm\\.yy', 'mmm-yy'])(
    '%s is a date',
    (code) => {
      expect(meaningOfFormat(code)).toBe('date');
    },
  );
});

describe('a text is what its cell shows', () => {
  it.each([
    ['"ACC-"@', 'ACC-x'],
    ['0;-0;0;"T-"@', 'T-x'],
    ['@', 'x'],
    ['"ACC-"0000', 'x'],
    ['0;-0;0;', 'x'],
  ])('%s → %s', (code, expected) => {
    expect(new NumberFormat(code).showText('x')).toBe(expected);
  });
});
