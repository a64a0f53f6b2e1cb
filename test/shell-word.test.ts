import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellPath, shellWord } from '../src/shell-word.js';

const ODD = [
  'a b.csv',
  'a;touch x;b.csv',
  '$(touch x).csv',
  '`touch x`.csv',
  "it's.csv",
  '~.csv',
  '~root',
  '=ls',
  '%1',
  '!!',
  '*?[a]{b,c}',
  '#1',
  'a&b|c<d>e',
  'C:\\Users\\x.csv',
  '"quoted"',
  'é漢😀.csv',
  '',
  'two\nlines.csv',
  'tab\t.csv',
  "\u001b[31mred'\\.csv",
  '\u202egpj.csv',
  'x\u009by\u007f',
];

/**
 * One argument as PowerShell reads it: bare, between single quotes (a doubled one stands for itself), or between double
 * quotes, where `$` and the backtick mean something. Curly quotes are quotes to it.
 */
function powerShell(word: string): string {
  const single = /^['\u2018-\u201b](.*)['\u2018-\u201b]$/su.exec(word)?.[1];
  if (single !== undefined) {
    expect(single.replace(/(['\u2018-\u201b])\1/gu, '')).not.toMatch(/['\u2018-\u201b]/u);
    return single.replace(/(['\u2018-\u201b])\1/gu, '$1');
  }
  const double = /^["\u201c-\u201e](.*)["\u201c-\u201e]$/su.exec(word)?.[1];
  if (double === undefined) {
    expect(word).toMatch(/^[\w./-][\w./@%+=:-]*$/);
    return word;
  }
  const bare = double.replace(/\$\(\[char\]\d+\)|`./gsu, '');
  expect(bare).not.toMatch(/["$`\u201c-\u201e]/u);
  return double.replace(/\$\(\[char\](\d+)\)|`(.)/gsu, (_, code?: string, escaped?: string) =>
    code === undefined ? String(escaped) : String.fromCharCode(Number(code)),
  );
}

const CURLY = [
  'it\u2019s.csv',
  '\u201cx\u201d.csv',
  '\u2018$\u2019',
  '\u201c$\u2019`\u202e',
  "it's $5",
  'a,b',
  '\\\\server\\a b\\',
];

describe('a word in a printed command, for PowerShell on Windows', () => {
  it.each([...ODD, ...CURLY])('is taken as it is: %j', (text) => {
    expect(powerShell(shellWord(text, true))).toBe(text);
    expect(shellWord(text, true)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
  });

  it('is the same as elsewhere where one way of writing is read alike by all, cmd.exe among them', () => {
    const alike = [
      'runs\\2026 acme\\errors.csv',
      "it's mine.csv",
      'a,b',
      '',
      '50% off',
      'product=BCC,SIP_TRUNK',
    ];
    const written = alike.map((text) => `"${text}"`);
    for (const onWindows of [true, false])
      expect(alike.map((text) => shellWord(text, onWindows))).toEqual(written);
  });

  it.each([
    ['costs $5.csv', "'costs $5.csv'", "'costs $5.csv'"],
    ["it's $5.csv", "'it''s $5.csv'", "'it'\\''s $5.csv'"],
    ['C:\\a b\\', "'C:\\a b\\'", "'C:\\a b\\'"],
  ])('%s is %s there and %s elsewhere', (text, there, elsewhere) => {
    expect([shellWord(text, true), shellWord(text, false)]).toEqual([there, elsewhere]);
  });
});

describe('a word in a printed command', () => {
  it.each([...ODD, ...CURLY])('is taken by a shell as it is: %j', (text) => {
    const printed = execFileSync('bash', ['-c', `printf %s ${shellWord(text, false)}`], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    expect(printed.toString()).toBe(text);
  });

  it.each(ODD)('holds nothing that a terminal obeys: %j', (text) => {
    expect(shellWord(text, false)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
  });

  it.each([
    'runs/2026-01-01-acme',
    './a_b.csv',
    '--set',
    '-h',
    'timeZone=US/Mountain',
    'https://x.example:443/a',
    '/a-b@c+d%e',
  ])('is left alone when it is plain: %s', (text) => {
    expect(shellWord(text)).toBe(text);
  });
});

describe('a path in a printed command', () => {
  it.each([
    ['-x.csv', './-x.csv'],
    ['--json', './--json'],
    ['-', '-'],
    ['a-x.csv', 'a-x.csv'],
    ['-a b.csv', '"./-a b.csv"'],
  ])('is no option: %s', (path, word) => {
    expect(shellPath(path)).toBe(word);
  });
});
