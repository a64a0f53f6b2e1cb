import { afterEach, describe, expect, it, vi } from 'vitest';
import { Limiter } from '../../src/api/limiter.js';
import { rowAfterEvents } from '../../src/execute/row-events.js';
import { runRows } from '../../src/execute/run-rows.js';
import { stopSwitch } from '../../src/execute/stop-switch.js';
import type { KeptEvent } from '../../src/plan/events.js';
import type { RowValues } from '../../src/records/columns.js';
import { KINDS } from '../../src/resources/kinds.js';
import { WaitError } from '../../src/resources/task.js';
import { journalOf, temporaryDirectory } from '../results/journals.js';
import { runOf } from './harness.js';

const event = (type: KeptEvent['type'], status: string, more: Partial<KeptEvent> = {}): KeptEvent => ({
  ...{ type, status, updatedAt: '2026-12-01T00:00:00Z', referenceId: '18015551212' },
  ...more,
});
const ACCOUNT: RowValues = {
  ...{ accountNumber: 'N1', accountName: 'Acme', timeZone: 'US/Mountain', billingCycleDay: 1 },
  dialingBehaviorType: 'TEN_DIGIT',
};
const IDS = { accountId: 'A1', assignedPhoneNumber: '18015551212' };
const created = { status: 'created', result: IDS } as const;

describe('a row whose events are known', () => {
  it('stays as it is while nothing is refused', () => {
    for (const status of ['PENDING', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'A_NEW_WORD'])
      expect(rowAfterEvents(created, [event('ACTIVATION', status)])).toBe(null);
    const pending = { status: 'pending', result: {} } as const;
    expect(rowAfterEvents(pending, [event('ACTIVATION', 'REJECTED')])).toBe(null);
  });

  it('fails with the words of a refusal, and is what it was once that is mended', () => {
    const rejected = [event('ACTIVATION', 'REJECTED', { code: 'TN_IN_USE', message: 'In use' })];
    const failed = rowAfterEvents(created, rejected);
    expect(failed).toEqual({
      status: 'failed',
      result: {
        ...IDS,
        ...{ failedStep: 'number', stepTitle: 'Phone number', event: 'ACTIVATION', afterwards: 'created' },
        error: 'Activation REJECTED: TN_IN_USE: In use',
        hint: 'Ask the carrier or the platform, or give the row another number.',
      },
    });
    if (failed === null) return;
    expect(rowAfterEvents(failed, rejected)).toBe(null);
    expect(rowAfterEvents(failed, [event('ACTIVATION', 'COMPLETED')])).toEqual(created);
  });

  it('says what the E911 provider proposes, and how to answer', () => {
    const correction = '12 Newtown St, Lindon, UT 84042';
    expect(
      rowAfterEvents(created, [event('NINE_ONE_ONE_ADDRESS', 'REJECTED', { correction })])?.result.hint,
    ).toBe(
      `The provider proposes: ${correction}. Fill in e911Correction (ACCEPT takes the proposal, INSIST keeps the address), then import the errors file.`,
    );
  });

  it('that waits is done when its own event is, and fails when that is refused', () => {
    const waiting = {
      status: 'waiting',
      result: { ...IDS, hint: 'wait', event: 'PORT_REQUEST', afterwards: 'existing' },
    } as const;
    expect(rowAfterEvents(waiting, [])).toBe(null);
    expect(rowAfterEvents(waiting, [event('PORT_REQUEST', 'FOC_RECEIVED')])).toBe(null);
    expect(rowAfterEvents(waiting, [event('NINE_ONE_ONE_ADDRESS', 'COMPLETED')])).toBe(null);
    expect(rowAfterEvents(waiting, [event('PORT_REQUEST', 'COMPLETED')])).toEqual({
      status: 'existing',
      result: IDS,
    });
    expect(rowAfterEvents(waiting, [event('PORT_REQUEST', 'CARRIER_CANCELLED')])).toMatchObject({
      status: 'failed',
      result: { error: 'Port CARRIER_CANCELLED', afterwards: 'existing' },
    });
  });
});

describe('a step that must wait for the platform', () => {
  afterEach(() => vi.restoreAllMocks());

  it('lets its row wait, which a resume sends again', async () => {
    const directory = await temporaryDirectory();
    const journal = await journalOf(
      directory,
      [{ file: 'a.csv', sheet: null, header: [] }],
      [{ row: 2, cells: [], status: 'pending', product: 'ACCOUNT', values: ACCOUNT }],
    );
    await journal.flush();
    const { run } = await runOf(() => ({}), { journal });
    const account = vi.spyOn(KINDS.account, 'bringAbout');
    account.mockRejectedValueOnce(new WaitError('its number is not active yet'));
    const rows = async () => {
      const ended: string[] = [];
      const stop = stopSwitch(new Limiter(1, null));
      await runRows(run, {
        concurrency: 1,
        maxFailed: 9,
        stop,
        onRow: (_, { status }) => ended.push(status),
      });
      return ended;
    };
    expect(await rows()).toEqual(['waiting']);
    expect(journal.row(1)).toMatchObject({
      status: 'waiting',
      result: { warnings: ['account:N1 waits: its number is not active yet'], afterwards: 'pending' },
    });
    expect(await rows()).toEqual([]);
    await journal.retryWaiting();
    account.mockResolvedValueOnce({ state: 'created', id: 'A1', accountId: 'A1', partitionId: 'P1' });
    expect(await rows()).toEqual(['created']);
  });
});
