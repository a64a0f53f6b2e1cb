import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { StopError } from '../errors.js';
import type { Settings } from '../options.js';
import { fold, nearest } from '../records/cells/nearest.js';
import { PRODUCT_NAMES, PRODUCTS } from '../records/products.js';
import {
  NORMALISED_FILE,
  NORMALISED_PROFILE,
  TEMPLATE_FILES,
  writeNormalisedTemplate,
  writeTemplate,
} from '../records/template.js';
import { settingsOf } from '../run/settings.js';
import { callerOf, type Run } from './command.js';

export const run: Run = async (args, io) => {
  const [word] = args.words;
  const isNormalised = word !== undefined && ['normalised', 'normalized', 'workbook'].includes(fold(word));
  const product = word === undefined || isNormalised ? 'all' : productOf(word);
  const { settings } = await settingsOf(callerOf(args, io));
  const { path, format } = fileOf(isNormalised ? NORMALISED_FILE : TEMPLATE_FILES[product], settings);
  if (isNormalised && format === 'csv')
    throw new StopError(
      'OPTION_INVALID',
      'A normalised workbook has several worksheets; it is no CSV file.',
      'Leave out --format csv, or let --out end in .xlsx.',
    );
  const profile = isNormalised ? `${path.slice(0, -extname(path).length)}.json` : null;
  mkdirSync(dirname(path), { recursive: true });
  const claimed: string[] = [];
  try {
    for (const each of profile === null ? [path] : [path, profile]) {
      claim(each);
      claimed.push(each);
    }
    if (profile === null) await writeTemplate(path, format, product);
    else {
      await writeNormalisedTemplate(path);
      writeFileSync(profile, `${JSON.stringify(NORMALISED_PROFILE, null, 2)}\n`);
    }
  } catch (error) {
    for (const each of claimed) rmSync(each, { force: true });
    throw error;
  }
  await io.out(profile === null ? `${path}\n` : `${path}\n${profile}\n`);
  return 'done';
};

/**
 * The file to write: `--out`, or within it when it is a directory or a new name without an ending.
 * @throws StopError `OPTION_INVALID` when its ending is none of a template, or not that of `--format`
 */
function fileOf(name: string, { out, format }: Pick<Settings, 'out' | 'format'>) {
  if (out === undefined || isDirectory(out))
    return { path: join(out ?? '.', `${name}.${format ?? 'xlsx'}`), format: format ?? 'xlsx' } as const;
  if (existsSync(out)) throw isThere(out);
  const ending = extname(out).toLowerCase();
  const named = ending === '.xlsx' ? 'xlsx' : ending === '.csv' ? 'csv' : null;
  if (named === null)
    throw new StopError(
      'OPTION_INVALID',
      `--out is ${out}, but a template ends in .xlsx or .csv.`,
      'Name a file that ends so, or a directory.',
    );
  if (format !== undefined && format !== named)
    throw new StopError(
      'OPTION_INVALID',
      `--out is ${out}, but --format is ${format}.`,
      'Leave --format out, or let the name end as it says.',
    );
  return { path: out, format: named } as const;
}

function isDirectory(path: string): boolean {
  return existsSync(path) ? statSync(path).isDirectory() : /[\\/]$/.test(path) || extname(path) === '';
}

/** Makes the file, empty; in one step, so that nothing is written over. */
function claim(path: string): void {
  try {
    closeSync(openSync(path, 'wx'));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? isThere(path) : error;
  }
}

function isThere(path: string): StopError {
  return new StopError(
    'FILE_EXISTS',
    `${path} is there already, and was left as it is.`,
    'Move it away, or name another file with --out.',
  );
}

/** @throws StopError `PRODUCT_UNKNOWN` */
function productOf(word: string) {
  const names = PRODUCT_NAMES.flatMap((product) => {
    const { title, synonyms } = PRODUCTS[product];
    return [product, title, ...synonyms].map((name) => [name, product] as const);
  });
  const found = names.find(([name]) => fold(name) === fold(word));
  if (found) return found[1];
  const near = nearest(
    word,
    names.map(([name]) => name),
  );
  throw new StopError(
    'PRODUCT_UNKNOWN',
    `There is no product "${word}".`,
    near === null
      ? `The products are ${PRODUCT_NAMES.join(', ')}; "workbook" is a normalised workbook.`
      : `Did you mean "${near}"?`,
  );
}
