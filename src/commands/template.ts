import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { StopError } from '../errors.js';
import type { Settings } from '../options.js';
import { fold, nearest } from '../records/cells/nearest.js';
import { PRODUCT_NAMES, PRODUCTS } from '../records/products.js';
import { TEMPLATE_FILES, writeTemplate } from '../records/template.js';
import { settingsOf } from '../run/settings.js';
import { shellWord } from '../shell-word.js';
import { callerOf, type Run } from './command.js';

export const run: Run = async (args, io) => {
  const [word] = args.words;
  const product = word === undefined ? 'all' : productOf(word);
  const { settings } = await settingsOf(callerOf(args, io));
  const { path, format } = fileOf(TEMPLATE_FILES[product], settings);
  mkdirSync(dirname(path), { recursive: true });
  claim(path);
  try {
    await writeTemplate(path, format, product);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  await io.out(`${path}\n`);
  return 'done';
};

/**
 * The file to write: `--out`, or within it when it is a directory.
 * @throws StopError `OPTION_INVALID` when its name and `--format` do not go together
 */
function fileOf(name: string, { out, format }: Pick<Settings, 'out' | 'format'>) {
  const isDirectory =
    out === undefined || /[\\/]$/.test(out) || (existsSync(out) && statSync(out).isDirectory());
  if (isDirectory)
    return { path: join(out ?? '.', `${name}.${format ?? 'xlsx'}`), format: format ?? 'xlsx' } as const;
  const ending = extname(out).toLowerCase();
  const named = ending === '.xlsx' ? 'xlsx' : ending === '.csv' ? 'csv' : null;
  if (named === null)
    throw new StopError(
      'OPTION_INVALID',
      `--out is ${out}, but must be a directory that is there, or a file that ends in .xlsx or .csv.`,
      `Such as --out ${shellWord(`${out}.${format ?? 'xlsx'}`)}; a slash at the end makes a new directory.`,
    );
  if (format !== undefined && format !== named)
    throw new StopError(
      'OPTION_INVALID',
      `--out is ${out}, but --format is ${format}.`,
      'Leave --format out, or let the name end as it says.',
    );
  return { path: out, format: named } as const;
}

/** Makes the file, empty; in one step, so that nothing is written over. */
function claim(path: string): void {
  try {
    closeSync(openSync(path, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new StopError(
      'FILE_EXISTS',
      `${path} is there already, and was left as it is.`,
      'Move it away, or name another file with --out.',
    );
  }
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
    near === null ? `The products are ${PRODUCT_NAMES.join(', ')}.` : `Did you mean "${near}"?`,
  );
}
