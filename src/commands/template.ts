import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StopError } from '../errors.js';
import { fold, nearest } from '../records/cells/nearest.js';
import { PRODUCT_NAMES, PRODUCTS } from '../records/products.js';
import { TEMPLATE_FILES, writeTemplate } from '../records/template.js';
import { settingsOf } from '../run/settings.js';
import { callerOf, type Run } from './command.js';

export const run: Run = async (args, io) => {
  const [word] = args.words;
  const product = word === undefined ? 'all' : productOf(word);
  const { settings } = await settingsOf(callerOf(args, io));
  const format = settings.format ?? 'xlsx';
  const directory = settings.out ?? '.';
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new StopError('OUT_UNUSABLE', `${directory} is a file.`, 'Name a directory with --out.');
  const path = join(directory, `${TEMPLATE_FILES[product]}.${format}`);
  if (existsSync(path))
    throw new StopError(
      'FILE_EXISTS',
      `${path} is there already.`,
      'Move it away, or name another directory with --out.',
    );
  mkdirSync(directory, { recursive: true });
  await writeTemplate(path, format, product);
  await io.out(`${path}\n`);
  return 'done';
};

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
