import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import { csvOf } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';
import { parseCsv } from './place.js';

const REJECTED = 'Port REJECTED: CSR_MISMATCH';

describe.concurrent('a rejected port order', () => {
  it('comes back in the errors sheet, is corrected there, and ends as the others, with one order each', async ({
    expect,
    onTestFinished,
  }) => {
    // the losing carrier calls the customer of the second order otherwise
    const rows = [...portOrderRows('P-1', [1, 2]), ...portOrderRows('P-2', [9802, 12])];
    const { sandbox, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
    const { directory, env, runDir } = workspace;
    const cli = (...args: string[]) =>
      startCli([...args, '--json', '--quiet'], { cwd: directory, env }).ended;
    const results = (of: string) => parseCsv(readFileSync(join(of, 'results.csv'), 'utf8'));
    expectExit(await workspace.run(), 6);
    expect(workspace.counts()).toEqual({ waiting: 4 });

    await putForward(sandbox, { days: 2 });
    expectExit(await cli('follow', runDir), 1);
    expect(workspace.results().map(({ status, portStatus }) => [status, portStatus])).toEqual([
      ['waiting', 'FOC_RECEIVED'],
      ['waiting', 'FOC_RECEIVED'],
      ['failed', 'REJECTED'],
      ['failed', 'REJECTED'],
    ]);
    const [, second] = readFileSync(join(runDir, 'report.html'), 'utf8').split('Timetable of ports');
    const day = workspace.results()[0]?.['focDate'];
    expect(second).toContain(`<td data-label="Day">${day}</td><td data-label="Numbers">2</td>`);
    expect(second).toContain('<td data-label="Day">no day</td><td data-label="Numbers">2</td>');

    const errors = parseCsv(readFileSync(join(runDir, 'errors.csv'), 'utf8'));
    expect(errors.map(({ phoneNumber, error }) => [phoneNumber, error?.slice(0, REJECTED.length)])).toEqual([
      [expect.stringContaining('9802'), REJECTED],
      [expect.anything(), REJECTED],
    ]);
    const sheet = join(directory, 'corrected.csv');
    writeFileSync(sheet, csvOf(errors.map((row) => ({ ...row, businessName: 'Bakery P-2 Inc' }))));
    const corrected = join(directory, 'corrected');
    expectExit(await cli('run', sheet, '--out', corrected), 6);
    const { patchPort, createOrAddTelephoneNumberToAccount } = Object.fromEntries(sandbox.counts);
    expect({ patchPort, createOrAddTelephoneNumberToAccount }).toEqual({
      patchPort: 1,
      createOrAddTelephoneNumberToAccount: 2,
    });

    // what has been corrected differs no more, also for whoever looks later
    expect(results(corrected).map(({ warnings }) => warnings)).toEqual(['', '']);
    const dry = await cli('run', sheet, '--dry-run', '--out', join(directory, 'dry'));
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).problems).toEqual([]);

    await putForward(sandbox, { days: 60 });
    expectExit(await cli('follow', corrected), 0);
    expectExit(await cli('follow', runDir), 0);
    for (const of of [runDir, corrected])
      expect(new Set(results(of).map(({ portStatus }) => portStatus))).toEqual(new Set(['COMPLETED']));
    expect(sandbox.state.ports.size).toBe(2);
    expect(sandbox.state.numbers.get(portedNumber(9802))?.referenceId).toBe(
      results(corrected)[0]?.['userId'],
    );
  });
});
