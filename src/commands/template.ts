import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StopError } from '../errors.js';
import type { Command } from './command.js';

export const templateCommand: Command = {
  name: 'template',
  words: '[product]',
  summary: 'writes a template workbook or CSV',
  options: ['format', 'out'],
  async run(args, io) {
    const { PRODUCT_NAMES, PRODUCTS } = await import('../records/products.js');
    const { fold, nearest } = await import('../records/cells/nearest.js');
    const { TEMPLATE_FILES, writeTemplate } = await import('../records/template.js');
    const { settingsOf } = await import('../run/settings.js');
    const [word] = args.words;
    const names = PRODUCT_NAMES.flatMap((product) => {
      const { title, synonyms } = PRODUCTS[product];
      return [product, title, ...synonyms].map((name) => [name, product] as const);
    });
    const product = word === undefined ? 'all' : names.find(([name]) => fold(name) === fold(word))?.[1];
    if (product === undefined) {
      const near = nearest(
        word ?? '',
        names.map(([name]) => name),
      );
      throw new StopError(
        'PRODUCT_UNKNOWN',
        `There is no product "${word}".`,
        near === null ? `The products are ${PRODUCT_NAMES.join(', ')}.` : `Did you mean "${near}"?`,
      );
    }
    const { settings } = await settingsOf(args, io);
    const format = settings.format ?? 'xlsx';
    const path = join(settings.out ?? '.', `${TEMPLATE_FILES[product]}.${format}`);
    if (existsSync(path))
      throw new StopError(
        'FILE_EXISTS',
        `${path} is there already.`,
        'Move it away, or name another directory with --out.',
      );
    if (settings.out !== undefined) (await import('node:fs')).mkdirSync(settings.out, { recursive: true });
    await writeTemplate(path, format, product);
    io.out(`${path}\n`);
    return 'done';
  },
};
