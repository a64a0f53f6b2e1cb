import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** What each part of src may import besides its own files. Whatever is not named here, a new folder for example, may import nothing. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  secrets: [],
  'is-alive': [],
  'shell-word': [],
  options: ['errors'],
  version: [],
  sheet: ['errors', 'is-alive'],
  api: ['errors', 'secrets'],
  journal: ['errors', 'is-alive', 'secrets', 'sheet'],
  sandbox: ['errors'],
  records: ['errors', 'sheet'],
  plan: ['errors', 'records'],
  resources: ['errors', 'records', 'plan', 'api', 'journal'],
  execute: ['errors', 'records', 'plan', 'api', 'journal', 'resources'],
  load: ['errors', 'sheet', 'records', 'journal'],
  results: ['errors', 'records', 'plan', 'journal', 'sheet', 'shell-word'],
  run: [
    ...['errors', 'options', 'version', 'sheet', 'records', 'plan', 'api', 'journal', 'resources', 'execute'],
    ...['results', 'load', 'sandbox', 'shell-word'],
  ],
  inbox: ['errors', 'options', 'journal', 'results', 'run', 'sheet'],
  index: ['errors', 'plan', 'results', 'run'],
  // its pages show what is; what changes anything is a process of its own
  serve: ['errors', 'journal', 'plan', 'records', 'results', 'run', 'sheet', 'shell-word', 'version'],
  web: [],
  screen: ['errors', 'options', 'plan', 'records', 'results', 'run', 'shell-word'],
  commands: [
    ...[
      'errors',
      'options',
      'records',
      'results',
      'run',
      'screen',
      'sandbox',
      'inbox',
      'serve',
      'shell-word',
    ],
  ],
  cli: ['errors', 'options', 'version', 'commands', 'screen', 'shell-word'],
};

/** `records/columns.ts` → records, `options.ts` → options. */
function partOf(file: string): string {
  const [first = ''] = file.split('/');
  return first.replace(/\.ts$/, '');
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));

/** The files of src that a file imports, types and lazy imports included. */
function importsOf({ file, text }: (typeof FILES)[number]): string[] {
  const found = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g)];
  return found.map(([, path = '']) => relative(SRC, join(SRC, dirname(file), path)).replace(/\.js$/, '.ts'));
}

describe('the source', () => {
  it('is found, with its imports', () => {
    expect(FILES.length).toBeGreaterThan(100);
    const known = new Set(FILES.map(({ file }) => file));
    for (const each of FILES) for (const imported of importsOf(each)) expect(known).toContain(imported);
    const cli = FILES.find(({ file }) => file === 'cli.ts');
    expect(cli && importsOf(cli)).toContain('commands/table.ts');
    const lazy = FILES.find(({ file }) => file === 'commands/table.ts');
    expect(lazy && importsOf(lazy)).toContain('commands/undo.ts');
  });

  it('imports in one direction only', () => {
    const wrong = FILES.flatMap((each) => {
      const part = partOf(each.file);
      const allowed = [part, ...(MAY_IMPORT[part] ?? [])];
      return importsOf(each)
        .filter((imported) => !allowed.includes(partOf(imported)))
        .map((imported) => `${each.file} → ${imported}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets the inbox read runs and start commands, and bring nothing about itself', () => {
    const imported = FILES.filter(({ file }) => file.startsWith('inbox/')).flatMap(importsOf);
    expect([...new Set(imported.filter((each) => partOf(each) === 'run'))]).toEqual(['run/read.ts']);
  });

  it('has no two files that import each other, directly or by way of others', () => {
    const imports = new Map(FILES.map((each) => [each.file, importsOf(each)]));
    const reach = (from: string, seen = new Set<string>()): Set<string> => {
      for (const next of imports.get(from) ?? []) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    const reached = new Map(FILES.map(({ file }) => [file, reach(file)]));
    const circles = [...reached].filter(([file, files]) => files.has(file)).map(([file]) => file);
    expect(circles).toEqual([]);
  });

  it('ends the process and takes signals in cli.ts alone', () => {
    const ends =
      /\bprocess\s*\.\s*(exit\b|exitCode\b|abort\b|kill\b(?!\([^()]*, 0\))|(on|once|addListener)\(\s*['"`]SIG)/;
    expect(FILES.filter(({ text }) => ends.test(text)).map(({ file }) => file)).toEqual(['cli.ts']);
  });

  it('holds no note of unfinished work', () => {
    expect(FILES.filter(({ text }) => /\b(TODO|FIXME)\b/.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
