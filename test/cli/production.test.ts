import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { HAS_TERMINAL, startAtTerminal } from '../fixtures/terminal.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';
import { placeOf, writesOf } from './place.js';

/** A place whose sandbox is taken for production. */
async function productionOf(onTestFinished: OnTestFinished) {
  const place = await placeOf(onTestFinished);
  await place.write('sheet.csv', csvOf(mixedRows(8)));
  const env = { ...place.env, ALIANZA_ENVIRONMENT: 'production' };
  const start = (...options: string[]) =>
    startAtTerminal(`$ALIANZA run ${options.join(' ')}`, { cwd: place.directory, env });
  return { ...place, start };
}

const QUESTION = '[yes/no]';

describe.skipIf(!HAS_TERMINAL)('a run in production on a terminal', { concurrent: true }, () => {
  it('names environment, partition and plan, and sends when the answer is yes', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, csv, start } = await productionOf(onTestFinished);
    const run = start('sheet.csv', '--out', 'run');
    await run.shows(QUESTION);
    expect(run.shown()).toContain(
      `Send 8 rows to production (${sandbox.url}), partition sandbox-partition? [yes/no] `,
    );
    const plan = '8 rows would create 5 accounts, 5 users, 7 phone numbers (3 given, 4 searched), ';
    expect(run.shown().replaceAll('\r', '')).toContain(plan);
    expect(run.shown()).toContain('About 46 calls, ');
    expect(writesOf(sandbox)).toEqual([]);
    await run.type('yes\r');
    expect((await run.ended).code).toBe(0);
    expect(csv('run/results.csv').map(({ status }) => status)).toEqual(Array(8).fill('created'));
  });

  for (const [name, typed, code, says] of [
    ['no', 'no\r', 3, 'Nothing was sent.'],
    ['nothing', '\r', 3, 'Nothing was sent.'],
    ['Ctrl-C', '\u0003', 4, 'Interrupted'],
    ['Ctrl-D', '\u0004', 3, 'Nothing was sent.'],
  ] as const)
    it(`sends nothing and leaves nothing behind when the answer is ${name}`, async ({
      expect,
      onTestFinished,
    }) => {
      const { sandbox, directory, start } = await productionOf(onTestFinished);
      const run = start('sheet.csv', '--out', 'run');
      await run.shows(QUESTION);
      await run.type(typed);
      const { code: ended, shown } = await run.ended;
      expect(shown).toContain(says);
      expect(ended).toBe(code);
      expect(writesOf(sandbox)).toEqual([]);
      expect(existsSync(join(directory, 'run'))).toBe(false);
      expect(readdirSync(directory).filter((each) => each.endsWith('.csv'))).toEqual(['sheet.csv']);
    });

  it('asks nobody with --yes, in a dry run, when nothing is to be sent, or without a terminal', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, write, start } = await productionOf(onTestFinished);
    for (const options of [['--dry-run'], ['--yes']]) {
      const { code, shown } = await start('sheet.csv', ...options).ended;
      expect(shown).not.toContain(QUESTION);
      expect(code).toBe(0);
    }
    const [row = {}] = mixedRows(1);
    await write('bad.csv', csvOf([{ ...row, timeZone: 'Mars' }, row]));
    const bad = await start('bad.csv').ended;
    expect(bad.shown).not.toContain(QUESTION);
    expect(bad.code).toBe(1);
    const options = ['--environment', 'production', '--out', 'cron'];
    expectExit(await cli('run', 'sheet.csv', ...options), 0);
  });

  it('is not asked about elsewhere', async ({ expect, onTestFinished }) => {
    const { start } = await productionOf(onTestFinished);
    const { code, shown } = await start('sheet.csv', '--environment', 'beta').ended;
    expect(shown).not.toContain(QUESTION);
    expect(code).toBe(0);
  });
});
