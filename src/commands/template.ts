import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StopError } from '../errors.js';
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
  const format = settings.format ?? 'xlsx';
  if (isNormalised && format === 'csv')
    throw new StopError(
      'OPTION_INVALID',
      'A normalised workbook has several worksheets; it is no CSV file.',
      'Leave out --format csv.',
    );
  const directory = settings.out ?? '.';
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new StopError('OUT_UNUSABLE', `${directory} is a file.`, 'Name a directory with --out.');
  const path = join(directory, `${isNormalised ? NORMALISED_FILE : TEMPLATE_FILES[product]}.${format}`);
  const profile = isNormalised ? join(directory, `${NORMALISED_FILE}.json`) : null;
  refuseToOverwrite(path);
  if (profile !== null) refuseToOverwrite(profile);
  mkdirSync(directory, { recursive: true });
  if (profile === null) await writeTemplate(path, format, product);
  else {
    await writeNormalisedTemplate(path);
    writeFileSync(profile, `${JSON.stringify(NORMALISED_PROFILE, null, 2)}\n`, { flag: 'wx' });
  }
  await io.out(profile === null ? `${path}\n` : `${path}\n${profile}\n`);
  return 'done';
};

function refuseToOverwrite(path: string): void {
  if (existsSync(path))
    throw new StopError(
      'FILE_EXISTS',
      `${path} is there already.`,
      'Move it away, or name another directory with --out.',
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
