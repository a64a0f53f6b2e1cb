import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Command } from '../src/commands/command.js';
import { optionsOf } from '../src/commands/option-facts.js';
import { COMMANDS } from '../src/commands/table.js';
import { EXIT } from '../src/errors.js';
import { OPTIONS, type OptionName, resolveSettings } from '../src/options.js';
import { ROW_STATUSES } from '../src/plan/statuses.js';
import {
  blankMeans,
  COLUMN_NAMES,
  type ColumnGroup,
  columnOf,
  columnsOf,
  RESULT_COLUMNS,
} from '../src/records/columns.js';
import { PRODUCT_NAMES, PRODUCTS } from '../src/records/products.js';
import { profileJsonSchema, readProfile } from '../src/records/profile.js';
import { RUN_STANDINGS } from '../src/results/run-report.js';
import { runFiles } from '../src/run/directory.js';
import { parseFaults } from '../src/sandbox/fault-file.js';
import { FAULT_KINDS } from '../src/sandbox/faults.js';
import { type Ended, startCli } from './fixtures/cli.js';
import { expectExit } from './fixtures/expect-exit.js';
import { MIXED_SAMPLE } from './fixtures/mixed-sample.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA = join(ROOT, 'templates/profile.schema.json');
const UPDATE = process.env['UPDATE_FILES'] === '1';

/** The pages of the manual. */
const PAGES = [
  'README.md',
  'src/commands/README.md',
  'templates/README.md',
  'src/sandbox/README.md',
  'test/README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'samples/README.md',
] as const;

type Page = (typeof PAGES)[number];

const textOf = (page: Page) => readFileSync(join(ROOT, page), 'utf8');
const everything = PAGES.map(textOf).join('\n');

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const code = (word: string) => `\`${word}\``;

const GROUPS: Readonly<Record<ColumnGroup, string>> = {
  row: 'the row',
  account: 'account',
  user: 'user',
  number: 'number',
  rings: 'what a NUMBER rings',
  port: 'port of the number (numberSource PORT)',
  e911: 'E911 address, when it differs',
  device: 'device; for a business line, its ATA port',
  businessLine: 'business line',
  voicemail: 'voicemail box of business lines and hunt groups',
  huntGroup: 'hunt group',
  sipTrunk: 'SIP trunk',
};

/** Longer lists of allowed values are those of the template's drop-downs. */
const MAX_VALUES = 6;

function columnTables(): string {
  return (Object.keys(GROUPS) as ColumnGroup[])
    .map((group) => {
      const rows = columnsOf(group).map((name) => {
        const { products, required = [], options = [], help } = columnOf(name);
        const uses = products.length === PRODUCT_NAMES.length ? 'all' : products.join(', ');
        const needs = required.length === products.length ? 'yes' : required.join(', ');
        const isFlag = options.join() === 'TRUE,FALSE';
        const values = isFlag || options.length > MAX_VALUES ? '' : options.map(code).join(', ');
        return [code(name), uses, needs, blankMeans(name), values === '' ? help : `${help} ${values}`];
      });
      return `**${GROUPS[group]}**\n\n${table(['column', 'products', 'required', 'blank means', 'what it is'], rows)}`;
    })
    .join('\n\n');
}

function ownRows({ name, own = {} }: Command): string[][] {
  return Object.entries(own).map(([option, { help, value = '', choices = [] }]) => {
    const what = choices.length > 0 ? choices.join(' or ') : value;
    return [code(name), code(`--${option}${what === '' ? '' : ` ${what}`}`), help];
  });
}

function ownOptions(): string {
  const others = COMMANDS.filter(({ name }) => name !== 'sandbox');
  return table(['command', 'option', 'meaning'], others.flatMap(ownRows));
}

function sandboxOptions(): string {
  const rows = COMMANDS.filter(({ name }) => name === 'sandbox')
    .flatMap(ownRows)
    .map((cells) => cells.slice(1));
  return table(['option', 'meaning'], rows);
}

function sharedOptions(): string {
  const rows = (Object.keys(OPTIONS) as OptionName[]).map((name) => {
    const option: Readonly<Record<string, unknown>> = OPTIONS[name];
    const { choices, value, variable, default: fixed, defaultText, help, type } = option;
    const what = Array.isArray(choices) ? choices.join('|') : String(value ?? '');
    const blank = type === 'flag' ? 'off' : String(defaultText ?? fixed ?? '');
    const isLiteral = blank.includes('<') || (defaultText === undefined && blank !== '' && type !== 'flag');
    const shown = isLiteral ? code(blank) : blank;
    const flag = code(`--${name}${what === '' ? '' : ` ${what}`}`);
    return [flag, variable === undefined ? '' : code(String(variable)), shown, String(help)];
  });
  return table(['option', 'or variable', 'default', 'meaning'], rows);
}

/** The parts of the pages that restate facts of the code, by their names in the markers. */
const GENERATED: Readonly<Record<string, () => string>> = {
  commands: () =>
    table(
      ['command', 'what it does'],
      COMMANDS.map(({ name, words, summary }) => [code(`${name} ${words}`.trim()), summary]),
    ),
  options: sharedOptions,
  'own options': ownOptions,
  'sandbox options': sandboxOptions,
  'exit codes': () =>
    table(
      ['code', 'means'],
      Object.values(EXIT).map(({ code: number, means }) => [String(number), means]),
    ),
  products: () =>
    table(
      ['product', 'also written', 'account type'],
      PRODUCT_NAMES.map((name) => {
        const { title, synonyms, accountType } = PRODUCTS[name];
        return [
          code(name),
          [title, ...synonyms].join(', '),
          accountType === null ? 'either' : code(accountType),
        ];
      }),
    ),
  columns: columnTables,
  headers: () =>
    table(
      ['column', 'other header names'],
      COLUMN_NAMES.map((name) => [code(name), columnOf(name).synonyms.join(', ')]),
    ),
  'result columns': () => RESULT_COLUMNS.map(code).join(', '),
  'row statuses': () =>
    table(
      ['status', 'means'],
      Object.entries(ROW_STATUSES).map(([status, { means }]) => [code(status), means]),
    ),
  'run standings': () =>
    table(
      ['state', 'means'],
      Object.entries(RUN_STANDINGS).map(([state, means]) => [code(state), means]),
    ),
  'fault kinds': () =>
    table(
      ['kind', 'what happens to the request', 'with `--fault-rate`'],
      Object.entries(FAULT_KINDS).map(([kind, { does, safe }]) => [code(kind), does, safe ? 'yes' : '']),
    ),
};

const MARKED = /<!-- generated: ([^>]+) -->\n[\s\S]*?<!-- end -->/g;

/** Of the generated parts the one that a run prints. */
const TOUR = 'tour';

function marked(name: string, content: string): string {
  return `<!-- generated: ${name} -->\n${content}\n<!-- end -->`;
}

describe('the manual', () => {
  // After a change of the code: UPDATE_FILES=1 npx vitest run test/docs.test.ts
  it.each(PAGES)('%s restates the facts of the code as they are', (page) => {
    const generated = textOf(page).replace(MARKED, (whole, name: string) => {
      const make = GENERATED[name];
      return make ? marked(name, make()) : whole;
    });
    if (UPDATE) writeFileSync(join(ROOT, page), generated);
    expect(textOf(page)).toBe(generated);
  });

  it('has every generated part once', () => {
    const names = [...everything.matchAll(MARKED)].map(([, name]) => name);
    expect(names.sort()).toEqual([...Object.keys(GENERATED), TOUR].sort());
  });

  it('comes with the schema of a profile as the program reads it', () => {
    const schema = `${JSON.stringify(profileJsonSchema(Object.keys(OPTIONS)), null, 2)}\n`;
    if (UPDATE) writeFileSync(SCHEMA, schema);
    expect(readFileSync(SCHEMA, 'utf8')).toBe(schema);
  });

  it('has a changelog that knows this version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(textOf('CHANGELOG.md')).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')} - `, 'm'));
  });

  it('names every file of a run directory', () => {
    for (const path of Object.values(runFiles('run')))
      expect(textOf('README.md')).toContain(`\`${basename(path)}\``);
  });

  it.each(PAGES)('%s names scripts, files and headings that exist', (page) => {
    const text = textOf(page);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty(script ?? '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target.startsWith('https://')) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
      expect(existsSync(join(ROOT, file)), target).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(file), target).toContain(anchor);
    }
    for (const [, file = ''] of text.matchAll(/`((?:src|test|templates|samples)\/[\w./-]+)`/g))
      expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  it('is reached from its first page', () => {
    for (const page of PAGES.slice(1)) expect(textOf('README.md')).toContain(`](${page})`);
  });

  it('describes every folder of the source, and of the tests', () => {
    const folders = (path: string) =>
      readdirSync(join(ROOT, path), { withFileTypes: true }).filter((each) => each.isDirectory());
    for (const { name } of folders('src'))
      expect(textOf('CONTRIBUTING.md')).toContain(`\n| \`src/${name}\` |`);
    for (const { name } of folders('test'))
      expect(textOf('test/README.md')).toMatch(new RegExp(`\\n\\| .*\`${name}\``));
  });

  it('has examples of profiles and fault files that are taken', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'docs-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const seen = new Set<string>();
    for (const [, example = ''] of everything.matchAll(/```json\n([\s\S]*?)```/g)) {
      const parsed: object = JSON.parse(example);
      if ('faults' in parsed) {
        expect(parseFaults(parsed, 'The manual').length).toBeGreaterThan(0);
        seen.add('faults');
      } else {
        const file = join(directory, 'profile.json');
        await writeFile(file, example);
        const profile = await readProfile(file, Object.keys(OPTIONS));
        resolveSettings({}, {}, profile.options);
        seen.add('profile');
      }
    }
    expect([...seen].sort()).toEqual(['faults', 'profile']);
  });
});

/** The headings of a page, as links name them. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Every command line of the manual, in its blocks of code and within its sentences. */
function commandLines(): string[] {
  const blocks = [...everything.matchAll(/```(?:sh|crontab)\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const inline = [...everything.matchAll(/`((?:npx )?alianza-import [^`]+)`/g)].map(([, line = '']) => line);
  return [...blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n')), ...inline]
    .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/&&|\|\||;|\s\|\s|\s&(?:\s|$)/))
    .flatMap((line) => /(?:^|\s)(?:npx )?alianza-import\s+(.*)/.exec(line)?.[1] ?? [])
    .map((line) => line.replace(/\s\d?>.*$/, '').trim());
}

/** The words of a command line, quotes taken off. */
const wordsOf = (line: string) =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');

/** The command that the first word names, or the first two, and the words after it. */
function namedBy(words: readonly string[]) {
  const [first = '', second = '', ...rest] = words;
  const ofTwo = COMMANDS.find(({ name }) => name === `${first} ${second}`);
  if (ofTwo) return { name: ofTwo.name, command: ofTwo, rest };
  const command = COMMANDS.find(({ name }) => name === first);
  return { name: first, command, rest: words.slice(1) };
}

describe('the command lines of the manual', () => {
  it('are there', () => {
    expect(new Set(commandLines().map((line) => namedBy(wordsOf(line)).name))).toEqual(
      new Set(COMMANDS.map(({ name }) => name)),
    );
  });

  const examples = COMMANDS.map(({ example }) => /alianza-import ([^)]*)/.exec(example)?.[1] ?? '');

  it.each([...new Set([...commandLines(), ...examples])])('alianza-import %s', (line) => {
    const { name, command, rest } = namedBy(wordsOf(line));
    expect(command, `there is no command ${name}`).toBeDefined();
    if (!command) return;
    const flags: Record<string, unknown> = {};
    let words = 0;
    while (rest.length > 0) {
      const word = rest.shift() ?? '';
      if (!word.startsWith('--')) {
        words += 1;
        continue;
      }
      const option = word.slice(2);
      const facts = optionsOf(command).get(option);
      expect(facts, `${name} has no option ${word}`).toBeDefined();
      const value = facts?.type === 'flag' ? true : rest.shift();
      expect(value, `${word} has no value`).toBeDefined();
      if (facts?.choices) expect(facts.choices).toContain(value);
      if (option in OPTIONS) flags[option] = facts?.type === 'list' ? [value] : value;
    }
    resolveSettings(flags, {});
    // `<word>` must be there, `[word]` may be, and `..` means several.
    if (command.words.startsWith('<')) expect(words).toBeGreaterThanOrEqual(1);
    if (!command.words.includes('..')) expect(words).toBeLessThanOrEqual(command.words === '' ? 0 : 1);
  });

  it('the tour runs, and prints what the README shows', async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const text = textOf('README.md');
    expect(text.slice(0, text.indexOf('\n## '))).toContain('npm ci && npm run tour');
    const [node, cli, ...args] = String(scripts.tour).split(' ');
    expect([node, cli]).toEqual(['node', 'dist/cli.js']);
    const directory = await mkdtemp(join(tmpdir(), 'tour-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await symlink(join(ROOT, 'samples'), join(directory, 'samples'));
    const ended = await startCli(args, { cwd: directory }).ended;
    expectExit(ended, 0);
    const printed = asOnTerminal(ended);
    expect(printed).toMatch(/Ingrid Sørensen +18013736001 +[\w-]{22} +[\w-]{22}/);
    const rows = Object.values(MIXED_SAMPLE).flat().length;
    expect(printed).toContain(`${rows} rows: ${rows} created`);
    expect(printed).toMatch(/results +runs\/[\w-]+-mixed-sandbox\/results\.xlsx/);
    const block = marked(TOUR, `\`\`\`text\n${printed.trim()}\n\`\`\``);
    const shown = [...text.matchAll(MARKED)].find(([, name]) => name === TOUR)?.[0] ?? '';
    const differs = sameEveryTime(shown) !== sameEveryTime(block);
    if (UPDATE && differs)
      writeFileSync(
        join(ROOT, 'README.md'),
        textOf('README.md').replace(shown, () => block),
      );
    else expect(sameEveryTime(shown)).toBe(sameEveryTime(block));
  });
});

/** What is printed, as a terminal shows it: without times, and without the line above that says what was called. */
function asOnTerminal({ stdout, stderr }: Ended): string {
  return `${stderr.replaceAll(/^\S+T\S+ /gm, '')}${stdout.replace(/^.*\n/, '')}`;
}

/** What the tour prints, without what each run has of its own: IDs, times, and how many requests were repeated. */
function sameEveryTime(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/(?<![\w-])[\w-]{22}(?![\w-])/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\d-\d{6}/g, '<time>')
    .replaceAll(/^in [\d.]+ s, \d+ requests \(.*\)$/gm, 'in <time>');
}
