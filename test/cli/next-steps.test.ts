import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { type Place, placeOf } from './place.js';

/** Sheets with a row that is invalid, and the same put right. */
function sheets(): { bad: string; good: string } {
  const rows = mixedRows(4);
  const good = csvOf(rows);
  return { good, bad: csvOf(rows.map((row, at) => (at === 3 ? { ...row, timeZone: 'Mars' } : row))) };
}

/** The command of the printed step that begins so, run as it is printed. */
async function follow({ cli }: Place, said: string, step: string) {
  const [, command = ''] = new RegExp(`^  ${step}.*?alianza-import (.*)$`, 'm').exec(said) ?? [];
  return cli(...command.split(' '), '--quiet');
}

describe.concurrent('the next step that is printed works', () => {
  it('after validate: the sheet is corrected and validated, checked, and run', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { bad, good } = sheets();
    await place.write('s.csv', bad);
    const first = await place.cli('validate', 's.csv', '--out', 'v');
    expectExit(first, 1);
    expect(first.stdout).toContain('Correct the 1 invalid row in the sheet (v/errors.csv has them');
    await place.write('s.csv', good);
    const validated = await follow(place, first.stdout, 'Correct');
    expectExit(validated, 0);
    const checked = await follow(place, validated.stdout, 'Check it against');
    expectExit(checked, 0);
    const done = await follow(place, checked.stdout, 'Everything is ready');
    expectExit(done, 0);
    expectExit(await follow(place, done.stdout, 'Read everything back'), 0);
  });

  it('after a run that sent nothing: the others go, then the corrected ones', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('s.csv', sheets().bad);
    const first = await place.cli('run', 's.csv', '--out', 'r', '--quiet');
    expectExit(first, 1);
    const others = await follow(place, first.stdout, 'Nothing was sent');
    expectExit(others, 1);
    expect(place.csv('r/results.csv').map(({ status }) => status)).toEqual([
      ...['created', 'created', 'created', 'invalid'],
    ]);
    const zone = mixedRows(4)[3]?.['timeZone'] ?? '';
    await place.write('r/errors.csv', place.text('r/errors.csv').replace('Mars', zone));
    expectExit(await follow(place, others.stdout, 'Correct'), 0);
  });
});

describe.concurrent('what somebody has edited in a run directory', () => {
  it('is kept when the files are written again, and told with the way to import it', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { cli, directory, text, write } = place;
    await write('s.csv', sheets().bad);
    expectExit(await cli('run', 's.csv', '--out', 'r', '--quiet', '--on-invalid', 'skip'), 1);
    // nobody has edited anything: nothing is kept, however often they are written
    const again = await cli('results', 'r');
    expect(again.stdout).not.toContain('kept');
    expect(existsSync(join(directory, 'r/errors-edited.csv'))).toBe(false);

    const zone = mixedRows(4)[3]?.['timeZone'] ?? '';
    const corrected = text('r/errors.csv').replace('Mars', zone);
    await write('r/errors.csv', corrected);
    await appendFile(join(directory, 'r/results.csv'), 'my,notes\r\n');
    const resumed = await cli('resume', 'r', '--quiet', '--json');
    expectExit(resumed, 1);
    expect(text('r/errors-edited.csv')).toBe(corrected);
    expect(text('r/results-edited.csv')).toMatch(/my,notes\r\n$/);
    expect(text('r/errors.csv')).toContain('Mars');
    expect(resumed.stderr).toContain(
      'errors.csv had been edited: that version is kept as r/errors-edited.csv.',
    );
    expect(JSON.parse(resumed.stdout).kept).toEqual(['r/errors-edited.csv', 'r/results-edited.csv']);
    expect(text('r/report.html')).toContain('that version is kept as r/errors-edited.csv.');

    // a second edit does not replace the first
    await appendFile(join(directory, 'r/errors.csv'), 'more,notes\r\n');
    expect((await cli('results', 'r')).stdout).toContain('edited before, and kept: r/errors-edited-2.csv');
    expect(text('r/errors-edited.csv')).toBe(corrected);
    expectExit(
      await follow(place, resumed.stderr.replace(/^\S+ (?= )/gm, ''), 'Import what you have corrected'),
      0,
    );
  });

  it('after a dry run of updates: the run that it is about', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('s.csv', sheets().good);
    const checked = await place.cli('run', 's.csv', '--dry-run', '--existing', 'update', '--out', 'd');
    expectExit(checked, 0);
    expect(checked.stdout).toMatch(/Everything is ready: alianza-import run s\.csv .*--existing update$/m);
  });
});
