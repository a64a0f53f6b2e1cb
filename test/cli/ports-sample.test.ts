import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { carrierStatusOf } from '../../src/sandbox/events.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portDay } from '../fixtures/port-rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

describe('samples/ports.csv', () => {
  it('is valid with a date, and comes to its end on top of mixed.xlsx', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, []);
    const { directory, env } = workspace;
    const cli = (...args: string[]) => startCli([...args, '--json'], { cwd: directory, env }).ended;
    const date = ['--set', `portDate=${portDay(14)}`];
    const valid = await cli('validate', sample('ports.csv'), '--no-results', '--out', 'valid', ...date);
    expectExit(valid, 0);
    expect(JSON.parse(valid.stdout)).toMatchObject({
      rows: { total: 7, valid: 7, invalid: 0 },
      problems: [],
    });

    expectExit(await cli('run', sample('mixed.xlsx'), '--out', 'mixed'), 0);
    expectExit(await cli('run', sample('ports.csv'), '--out', 'ports', ...date), 6);
    await putForward(sandbox, { days: 60 });
    // what is on hold waits for the cut-over
    expectExit(await cli('follow', 'ports'), 6);
    expectExit(await cli('cutover', 'ports', '--yes'), 0);
    expectExit(await cli('follow', 'ports'), 0);
    expectExit(await cli('welcome', 'ports', '--yes'), 0);

    const { state } = sandbox;
    const ports = [...state.ports.values()].map(({ telephoneNumbers }) => telephoneNumbers.length);
    expect(ports.sort()).toEqual([1, 3]);
    const numbers = ['1303542710', '1720542710', '1720555710', '18013736002'];
    const rung = [...state.numbers.values()]
      .filter(({ phoneNumber }) => numbers.some((each) => phoneNumber.startsWith(each)))
      .map((number) => {
        const { phoneNumber, operationalStatus, referenceId = '' } = number;
        const rings = state.users.get(referenceId)?.extension ?? state.businessLines.get(referenceId)?.name;
        return [phoneNumber, operationalStatus, carrierStatusOf(state, number), rings].join(' ');
      });
    expect(rung.sort()).toEqual([
      '13035427101 ACTIVE ACTIVE 4001',
      '13035427102 ACTIVE ACTIVE 4002',
      '13035427103 ACTIVE ACTIVE Front desk',
      '13035427104 ACTIVE ACTIVE 4004',
      '17205427105 ACTIVE ACTIVE 4005',
      '17205557106 ACTIVE ACTIVE 4006',
      '18013736002 ACTIVE ACTIVE 4010',
    ]);
    const mailed = [...state.users.values()].filter(({ welcomeMails = 0 }) => welcomeMails > 0);
    expect(mailed.map(({ username }) => username).sort()).toEqual([
      ...['bela.kovacs', 'front.office', 'noor.haddad', 'priya.nair'],
    ]);
  });
});
