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

describe('a word in a printed command', () => {
  it.each(ODD)('is taken by a shell as it is: %j', (text) => {
    const printed = execFileSync('bash', ['-c', `printf %s ${shellWord(text)}`], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    expect(printed.toString()).toBe(text);
  });

  it.each(ODD)('holds nothing that a terminal obeys: %j', (text) => {
    expect(shellWord(text)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
  });

  it.each([
    'runs/2026-01-01-acme',
    './a_b.csv',
    '--set',
    '-h',
    'timeZone=US/Mountain',
    'https://x.example:443/a',
    '/a,b@c+d%e',
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
    ['-a b.csv', "'./-a b.csv'"],
  ])('is no option: %s', (path, word) => {
    expect(shellPath(path)).toBe(word);
  });
});
