import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { placeOf } from './place.js';

interface Problem {
  readonly row: number;
  readonly column: string;
  readonly code: string;
  readonly severity: string;
}

/** Home Phone rows with changes, each with a device of its own. */
function homePhones(...changes: SheetRow[]): SheetRow[] {
  const row = mixedRows(4)[3] as SheetRow;
  return changes.map((change, index) => ({ ...row, macAddress: `0004f2ab100${index}`, ...change }));
}

describe.concurrent('damaged cells', () => {
  it('are each told at their cell, and sent as the one thing that they mean', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, write } = await placeOf(onTestFinished);
    const rows = homePhones(
      { accountNumber: '="0012345"', address: '871½ N 300 E', city: 'Provo', macAddress: "'0004f2ab1009" },
      { accountNumber: '100123.0', firstName: 'Jose\u0301', lastName: 'Ro\u200bsen' },
    );
    await write('sheet.csv', csvOf(rows));
    const validated = await cli('validate', 'sheet.csv', '--json');
    expectExit(validated, 0);
    const { problems } = JSON.parse(validated.stdout) as { problems: Problem[] };
    expect(problems.map(({ row, column, code }) => `${row} ${column} ${code}`)).toEqual([
      '2 accountNumber MARK_DROPPED',
      '2 macAddress MARK_DROPPED',
      '3 accountNumber NUMBER_REPAIRED',
      '3 lastName INVISIBLE_CHARACTER',
    ]);
    expectExit(await cli('run', 'sheet.csv', '--out', 'r', '--quiet'), 0);
    const accounts = [...sandbox.state.accounts.values()].map(({ accountNumber }) => accountNumber);
    expect(accounts.sort()).toEqual(['0012345', '100123']);
    const users = [...sandbox.state.users.values()].map(({ firstName, lastName }) => [firstName, lastName]);
    expect(users).toContainEqual(['José', 'Rosen']);
    const sent = JSON.stringify(sandbox.requests.map(({ body, query }) => [body, query]));
    expect(sent).toContain('871 1/2 N 300 E');
    expect(sent).not.toMatch(/8711|½|⁄|\u0301|\u200b/);
  });

  it('are refused where the value is lost, and nothing is sent', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, write } = await placeOf(onTestFinished);
    const rows = homePhones(
      { accountNumber: '########' },
      { accountNumber: '7001²' },
      { accountNumber: '..' },
      { accountNumber: 'A-1', accountName: '#VALEUR!' },
      { accountNumber: 'A-2', timeZone: 'Loading...' },
      { accountNumber: 'A-3', city: 'NULL' },
      { accountNumber: 'A-4', address: '871 N 300 E, Apt 4', city: '', state: '', postalCode: '' },
      { accountNumber: 'A-5', emergencyNumber: '8005551212' },
    );
    await write('sheet.csv', csvOf(rows));
    const ended = await cli('run', 'sheet.csv', '--json', '--out', 'r');
    expectExit(ended, 1);
    const validated = await cli('validate', 'sheet.csv', '--json');
    const { problems } = JSON.parse(validated.stdout) as { problems: Problem[] };
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ row, column, code }) => `${row} ${column} ${code}`)).toEqual([
      '2 accountNumber COLUMN_TOO_NARROW',
      '3 accountNumber INVALID_CHARACTER',
      '4 accountNumber INVALID_CHARACTER',
      '5 accountName CELL_ERROR',
      '6 timeZone CELL_ERROR',
      '7 city PLACEHOLDER',
      '8 postalCode REQUIRED',
      '9 emergencyNumber TOLL_FREE_CALLBACK',
    ]);
    expect(sandbox.requests.filter(({ operation }) => operation !== 'logUserIn')).toEqual([]);
  });

  it('half of a character is refused at its cell, in words and codes', async ({ expect, onTestFinished }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    const rows = homePhones({ accountNumber: 'A-\ud83d' }, { accountNumber: 'A-2', lastName: 'Oak \ude00' });
    writeFileSync(join(directory, 'sheet.csv'), Buffer.from(`\ufeff${csvOf(rows)}`, 'utf16le'));
    const ended = await cli('run', 'sheet.csv', '--out', 'r', '--on-invalid', 'skip');
    expectExit(ended, 1);
    expect(ended.stderr).not.toMatch(/URIError|\n\s+at /);
    const validated = await cli('validate', 'sheet.csv', '--json');
    const { problems } = JSON.parse(validated.stdout) as { problems: Problem[] };
    expect(problems.map(({ row, column, code }) => `${row} ${column} ${code}`)).toEqual([
      '0 null ENCODING_ASSUMED',
      '2 accountNumber BROKEN_ENCODING',
      '3 lastName BROKEN_ENCODING',
    ]);
  });
});
