import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portDay, portedNumber, portOrderRows, WIRELESS } from '../fixtures/port-rows.js';
import { csvOf, type SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';
import { type Cells, parseCsv, writesOf } from './place.js';

/** Runs a command of its own in a workspace. */
const command = ({ directory, env }: Workspace, ...args: string[]) =>
  startCli([...args, '--json', '--quiet'], { cwd: directory, env }).ended;

/** The orders that the platform took, each with its numbers. */
const orders = (sandbox: Sandbox) =>
  [...sandbox.state.ports.values()].map(({ telephoneNumbers }) => [...telephoneNumbers].sort()).sort();

const cellsOf = (file: string): Cells[] => parseCsv(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));

/** Another sheet and run directory in the same workspace. */
async function again(workspace: Workspace, name: string, rows: readonly SheetRow[], ...options: string[]) {
  const sheet = join(workspace.directory, `${name}.csv`);
  const runDir = join(workspace.directory, name);
  writeFileSync(sheet, csvOf(rows));
  const ended = await command(workspace, 'run', sheet, '--out', runDir, ...options);
  const results = existsSync(join(runDir, 'results.csv')) ? cellsOf(join(runDir, 'results.csv')) : [];
  return { ended, runDir, results };
}

describe.concurrent('ports', () => {
  it('are one order each, whose numbers ring their owners while they are pending; again they are there', async ({
    expect,
    onTestFinished,
  }) => {
    // the rows of the two orders of one account alternate, and one order is named
    const named = portOrderRows('P-2', [21, 22], { ...WIRELESS, portOrder: 'mobiles' });
    const rows = [...portOrderRows('P-1', [1, 2, 3]), ...named];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const run = await workspace.run('--http-log');
    expectExit(run, 6);
    expect(orders(sandbox)).toEqual([[1, 2, 3].map(portedNumber), [21, 22].map(portedNumber)]);
    const [first, , , fourth] = workspace.results();
    expect(new Set(workspace.results().map(({ portId }) => portId))).toEqual(
      new Set([...sandbox.state.ports.values()].map(({ id }) => id)),
    );
    const user = first?.['userId'];
    expect(sandbox.state.numbers.get(portedNumber(1))).toMatchObject({
      referenceId: user,
      portId: first?.['portId'],
      customerServiceRecord: { businessName: 'Bakery P-1' },
      directoryListing: { listed: false, type: 'PORTED' },
    });
    expect(sandbox.state.users.get(user ?? '')?.callerIdConfig.callerIdNumber).toBe(portedNumber(1));
    expect(sandbox.state.ports.get(fourth?.['portId'] ?? '')?.given).toEqual({
      billingTelephoneNumber: portedNumber(21),
      crdDate: `${portDay()}T12:00:00.000Z`,
      portingWireType: 'Wireless',
      portingAuthorizedName: 'Dee Oak',
      wirelessAccountNumber: WIRELESS.wirelessAccountNumber,
      wirelessPin: WIRELESS.wirelessPin,
      telephoneNumbers: [portedNumber(21), portedNumber(22)],
      telecomSettings: { currentCarrierName: 'Old Telco' },
    });

    // the customer's secrets stand in no file
    for (const file of readdirSync(workspace.runDir, { recursive: true, encoding: 'utf8' })) {
      const text = readFileSync(join(workspace.runDir, file), 'latin1');
      expect(text.includes(WIRELESS.wirelessPin ?? '-'), file).toBe(false);
      expect(text.includes(WIRELESS.wirelessAccountNumber ?? '-'), file).toBe(false);
    }
    expect(fourth?.['wirelessPin']).toBe('(type it again)');

    const verified = await command(workspace, 'verify', workspace.runDir);
    expectExit(verified, 0);
    expect(JSON.parse(verified.stdout).rows).toEqual({ total: 5, same: 5, different: 0 });

    const sent = sandbox.requests.length;
    const rerun = await again(workspace, 'again', rows);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(rerun.results.map(({ portId, warnings }) => ({ portId, warnings }))).toEqual(
      workspace.results().map(({ portId }) => ({ portId, warnings: '' })),
    );
    expectExit(rerun.ended, 6);
  });

  it('wait for a row of their order that is not valid', async ({ expect, onTestFinished }) => {
    const [first, second, third] = portOrderRows('P-1', [1, 2, 3]) as [SheetRow, SheetRow, SheetRow];
    const rows = [first, { ...second, userProductPlan: 'GOLD' }, third, ...portOrderRows('P-2', [21])];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const all = await workspace.run();
    expectExit(all, 1);
    expect(sandbox.requests).toEqual([]);
    const skipping = await again(workspace, 'skipping', rows, '--on-invalid', 'skip');
    expectExit(skipping.ended, 1);
    expect(orders(sandbox)).toEqual([[portedNumber(21)]]);
    expect(skipping.results.map(({ status }) => status).slice(0, 3)).toEqual([
      'skipped',
      'invalid',
      'skipped',
    ]);
    expect(skipping.results[2]?.['error']).toMatch(
      /row 3: it is not valid, and an order short of a number would be another order/,
    );
    // corrected, the whole order goes
    const errors = cellsOf(join(skipping.runDir, 'errors.csv'));
    expect(errors.map(({ phoneNumber }) => phoneNumber)).toEqual([1, 2, 3].map(portedNumber));
    const corrected = errors.map((row) => ({
      ...row,
      userProductPlan: row['userProductPlan']?.replace('GOLD', 'STANDARD') ?? '',
    }));
    const fixed = await again(workspace, 'fixed', corrected as SheetRow[]);
    expectExit(fixed.ended, 6);
    expect(orders(sandbox)).toEqual([[1, 2, 3].map(portedNumber), [portedNumber(21)]]);
  });

  it('wait for a row of which nobody can tell of what order it is', async ({ expect, onTestFinished }) => {
    const [first, second, third] = portOrderRows('P-1', [1, 2, 3]) as [SheetRow, SheetRow, SheetRow];
    const rows = [first, { ...second, billingTelephoneNumber: '80166' }, third];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run('--on-invalid', 'skip'), 1);
    expect(orders(sandbox)).toEqual([]);
    expect(workspace.counts()).toEqual({ skipped: 2, invalid: 1 });
  });

  it('are not cut in two by a selection: a limit takes them whole, names do not', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [...portOrderRows('P-1', [1, 2, 3]), ...portOrderRows('P-2', [21])];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const named = await workspace.run('--only', 'row=3');
    expectExit(named, 3);
    expect(JSON.parse(named.stdout).error).toEqual({
      code: 'PORT_ORDER_CUT',
      message: expect.stringContaining('row 3 is of it, and so is row 2, which is not selected'),
      hint: expect.stringContaining('--only portOrder'),
    });
    expect(sandbox.requests).toEqual([]);
    const pilot = await again(workspace, 'pilot', rows, '--limit', '2');
    expect(pilot.ended.stderr).toMatch(/taken whole, with 1 more row\./);
    expect(orders(sandbox)).toEqual([[1, 2, 3].map(portedNumber)]);
    expect(pilot.results.map(({ portId }) => portId !== '')).toEqual([true, true, true, false]);
  });

  it('stop where only some of their numbers are there, or one is elsewhere', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = portOrderRows('P-1', [1, 2]);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const run = await workspace.run();
    expectExit(run, 6);
    const more = await again(workspace, 'more', portOrderRows('P-1', [1, 2, 3]));
    expectExit(more.ended, 1);
    expect(more.results[0]).toMatchObject({
      status: 'failed',
      failedStep: 'portOrder',
      error: expect.stringContaining(`${portedNumber(3)} is not on the account`),
    });
    const other = await again(workspace, 'other', portOrderRows('P-9', [2]));
    expectExit(other.ended, 1);
    expect(other.results[0]?.['error']).toMatch(/18016660002 is on another account of the partition already/);
    const own = await again(workspace, 'own', portOrderRows('P-8', [8], { phoneNumber: '18015551212' }));
    expectExit(own.ended, 1);
    expect(own.results[0]?.['error']).toMatch(/18015551212 is in the inventory/);
    expect(orders(sandbox)).toEqual([[1, 2].map(portedNumber)]);
  });

  it('may have E911 addresses of their own', async ({ expect, onTestFinished }) => {
    const [first, second] = portOrderRows('P-1', [1, 2]) as [SheetRow, SheetRow];
    const denver = { e911Address: '1700 Lincoln St', e911City: 'Denver', e911State: 'CO' };
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [first, { ...second, ...denver }]);
    const run = await workspace.run();
    expectExit(run, 6);
    expect(orders(sandbox)).toEqual([[1, 2].map(portedNumber)]);
    const cities = [1, 2].map((four) => sandbox.state.numbers.get(portedNumber(four))?.e911Address['city']);
    expect(cities).toEqual(['Lindon', 'Denver']);
  });
});

describe.concurrent('a dry run of ports', () => {
  it('asks about each order what the platform can tell, and sends nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [
      ...portOrderRows('P-1', [1, 2]),
      ...portOrderRows('P-2', [9802], { businessName: 'Bakery' }),
      ...portOrderRows('P-3', [9808]),
      ...portOrderRows('P-4', [41], { portDate: '2030-06-03' }),
      ...portOrderRows('P-5', [9801, 52]),
      ...portOrderRows('P-6', [61, 62], WIRELESS),
      ...portOrderRows('P-7', [71], { phoneNumber: '19076660071', billingTelephoneNumber: '' }),
      ...portOrderRows('P-8', [81], { phoneNumber: '18015551212' }),
    ];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const { ended, runDir, results } = await again(workspace, 'dry', rows, '--dry-run', '--http-log');
    expectExit(ended, 1);
    const said = JSON.parse(ended.stdout);
    const about = (row: number) =>
      said.problems
        .filter((each: { row: number }) => each.row === row)
        .map(({ code, column, message, hint }: Cells) => `${code} ${column}: ${message} / ${hint}`);
    expect([about(2), about(3), about(9), about(10)]).toEqual([[], [], [], []]);
    expect(about(4)).toEqual([
      expect.stringMatching(/^PORT_CSR_DIFFERS businessName: .*businessName: Bakery → Bakery Inc/),
    ]);
    expect(about(5)).toEqual([expect.stringMatching(/^PORT_WIRE_TYPE portWireType: .*mobile carrier/)]);
    expect(about(6)).toEqual([
      expect.stringMatching(/^PORT_DATE_FAR/),
      expect.stringMatching(/^PORT_DATE_NOT_OFFERED portDate: 2030-06-03 is none .* The nearest is 20\d\d-/),
    ]);
    expect(about(7)).toEqual([expect.stringMatching(/^PORT_NOT_POSSIBLE.*cannot be ported/)]);
    expect(about(8)).toEqual([expect.stringMatching(/^PORT_NOT_POSSIBLE/)]);
    expect(about(11)).toEqual([expect.stringMatching(/^PORT_NOT_POSSIBLE.*no rate center of 907-666/)]);
    expect(about(12)).toEqual([expect.stringMatching(/^NUMBER_NOT_FREE.*in the inventory/)]);
    expect(results.map(({ status }) => status)).toEqual([
      ...['valid', 'valid', 'valid', 'valid', 'invalid', 'invalid', 'invalid', 'valid', 'valid'],
      ...['invalid', 'invalid'],
    ]);
    expect(said.coverage.join(' ')).toMatch(/4 port orders look portable.*Letters of authorisation/);
    expect(sandbox.counts.get('preValidateAccount')).toBe(6);
    expect(sandbox.counts.get('getInboundCarriers')).toBe(1);
    expect(writesOf(sandbox, 0).filter((each) => each !== 'preValidateAccount')).toEqual([]);
    // the write that a run would send, once an order
    const log = readFileSync(join(runDir, 'http.jsonl'), 'utf8');
    const planned = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ wouldSend, body }) => wouldSend && body?.port)
      .toSorted((a, b) => a.row - b.row);
    expect(planned.map(({ row, body }) => [row, body.telephoneNumbers.length])).toEqual([
      ...[
        [2, 2],
        [4, 1],
        [5, 1],
        [9, 2],
      ],
    ]);
    expect(planned[3].body.port.wirelessPin).toBe('********');
    for (const file of readdirSync(runDir, { recursive: true, encoding: 'utf8' }))
      expect(readFileSync(join(runDir, file), 'latin1').includes(WIRELESS.wirelessPin ?? '-'), file).toBe(
        false,
      );
  });
});

describe.concurrent('undo of ports', () => {
  const stateOf = ({ state }: Sandbox) => [state.accounts.size, state.users.size, state.numbers.size];

  it('cancels those that nobody has looked at, and leaves nothing', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, portOrderRows('P-1', [1, 2]));
    expectExit(await workspace.run(), 6);
    expectExit(await command(workspace, 'undo', workspace.runDir, '--yes'), 0);
    expect(stateOf(sandbox)).toEqual([0, 0, 0]);
    expect(sandbox.counts.get('cancelPort')).toBe(1);
  });

  it('asks the carrier to cancel those it is at work on, and goes on once it has', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, portOrderRows('P-1', [1, 2]));
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    const first = await command(workspace, 'undo', workspace.runDir, '--yes');
    expect(first.code).not.toBe(0);
    expect(stateOf(sandbox)[2]).toBe(2);
    await putForward(sandbox, { days: 1 });
    expectExit(await command(workspace, 'undo', workspace.runDir, '--yes'), 0);
    expect(stateOf(sandbox)).toEqual([0, 0, 0]);
    expect(sandbox.counts.get('cancelPort')).toBe(1);
  });

  it('keeps what is ported in, unless that is asked for', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, portOrderRows('P-1', [1, 2]));
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 14 });
    const kept = await command(workspace, 'undo', workspace.runDir, '--yes');
    expectExit(kept, 1);
    expect(readFileSync(join(workspace.runDir, 'undo.csv'), 'utf8')).toMatch(/is ported in; deleting it/);
    expect(stateOf(sandbox)).toEqual([1, 2, 2]);
    // also where only some rows of the order are named
    const some = await command(workspace, 'undo', workspace.runDir, '--yes', '--only', 'row=3');
    expect(some.code).not.toBe(0);
    expect(stateOf(sandbox)).toEqual([1, 2, 2]);
    expectExit(await command(workspace, 'undo', workspace.runDir, '--yes', '--ported'), 0);
    expect(stateOf(sandbox)).toEqual([0, 0, 0]);
    expect(sandbox.counts.get('cancelPort')).toBe(undefined);
  });
});

describe.concurrent('rejected ports', () => {
  const patches = (sandbox: Sandbox) =>
    sandbox.requests.filter(({ operation }) => operation === 'patchPort').map(({ body }) => body);

  it('are corrected by the same sheet with what the carrier asks for, never by a second order', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [
      ...portOrderRows('P-1', [9802, 2], { businessName: 'Bakery' }),
      ...portOrderRows('P-2', [9803], WIRELESS),
    ];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    // the sheet as it is says what the carrier has rejected; a PIN that nobody sees may be another
    const same = await again(workspace, 'same', rows.slice(0, 2));
    expectExit(same.ended, 1);
    expect(same.results.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(same.results[0]).toMatchObject({
      failedStep: 'portOrder',
      error: expect.stringMatching(/REJECTED: CSR_MISMATCH: The name does not match/),
      portStatus: 'REJECTED',
    });
    expect(patches(sandbox)).toEqual([]);

    const corrected = [
      ...rows.slice(0, 2).map((row) => ({ ...row, businessName: 'Bakery Inc' })),
      ...rows.slice(2).map((row) => ({ ...row, wirelessPin: '44556677' })),
    ];
    const fixed = await again(workspace, 'fixed', corrected, '--http-log');
    expectExit(fixed.ended, 6);
    expect(patches(sandbox)).toHaveLength(2);
    expect(patches(sandbox)).toEqual(
      expect.arrayContaining([
        { customerServiceRecord: expect.objectContaining({ businessName: 'Bakery Inc', city: 'Lindon' }) },
        expect.objectContaining({ wirelessPin: '44556677' }),
      ]),
    );
    expect(readFileSync(join(fixed.runDir, 'http.jsonl'), 'utf8')).not.toContain('44556677');
    expect(fixed.results.map(({ status, portStatus }) => [status, portStatus])).toEqual(
      fixed.results.map(() => ['waiting', 'PENDING']),
    );
    await putForward(sandbox, { days: 14 });
    const done = await again(workspace, 'done', corrected);
    expectExit(done.ended, 0);
    expect(done.results.map(({ status, portStatus }) => [status, portStatus])).toEqual(
      done.results.map(() => ['existing', 'COMPLETED']),
    );
    expect(orders(sandbox)).toHaveLength(2);
    expect(patches(sandbox)).toHaveLength(2);
  });

  it('stay rejected where what differs cannot be changed, and say so', async ({ expect, onTestFinished }) => {
    const rows = portOrderRows('P-1', [9804]);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    const corrected = rows.map((row) => ({ ...row, billingTelephoneNumber: '8016661111' }));
    const fixed = await again(workspace, 'fixed', corrected);
    expectExit(fixed.ended, 1);
    expect(fixed.results[0]?.['error']).toMatch(
      /BTN_MISMATCH.*cannot be changed in it: billingTelephoneNumber: 18016661111 → 18016669804/,
    );
    expect(fixed.results[0]?.['hint']).toMatch(/lets crdDate be changed now/);
    expect(patches(sandbox)).toEqual([]);
    expect(orders(sandbox)).toHaveLength(1);
  });
});
