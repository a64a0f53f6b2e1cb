import { describe, expect, it } from 'vitest';
import type {
  AccountRecord,
  DeviceRecord,
  LineRecord,
  TrunkRecord,
  UserRecord,
} from '../../src/api/endpoints.js';
import type { JsonObject } from '../../src/journal/journal.js';
import { account as accountKind } from '../../src/resources/account.js';
import { businessLine } from '../../src/resources/business-line.js';
import { callHandlingBody } from '../../src/resources/call-handling.js';
import { compare } from '../../src/resources/compare.js';
import { device } from '../../src/resources/device.js';
import type { Kind } from '../../src/resources/kind.js';
import { readsLike } from '../../src/resources/names.js';
import { sipTrunk } from '../../src/resources/sip-trunk.js';
import { user } from '../../src/resources/user.js';

/** What a kind finds among the objects of an account, and what is strange about it. */
async function picked<Now extends { readonly id: string }, Identity extends JsonObject>(
  kind: Kind<Now, Identity>,
  all: readonly Now[],
  identity: Identity,
) {
  const now = await kind.find.now(async () => all as never, { partitionId: 'P1', accountId: 'A1' }, identity);
  return now && { id: now.id, difference: kind.find.strange(now, identity) };
}
const sameName = readsLike;
const accountDifference = (there: AccountRecord, accountType: 'ADVANCED', accountName: string) =>
  accountKind.find.strange(there, { partitionId: 'P1', accountNumber: 'N1', accountType, accountName });
const pickUser = (
  users: readonly UserRecord[],
  { extension = null, ...names }: { extension?: string | null; firstName: string; lastName: string },
) => picked(user, users, { extension, ...names });
const pickLine = (lines: readonly LineRecord[], key: { lineName: string }) =>
  picked(businessLine, lines, key);
const pickTrunk = (trunks: readonly TrunkRecord[], key: { trunkName: string }) =>
  picked(sipTrunk, trunks, key);
const pickDevice = (
  devices: readonly DeviceRecord[],
  key: { macAddress: string; lineNumber: number },
  userId: string,
) => picked(device, devices, { ...key, userId });
const sameHandling = (now: object | null, wanted: object) =>
  now !== null && compare(wanted, now).differences.length + compare(wanted, now).unanswered.length === 0;

describe('sameName', () => {
  it.each([
    ['Shop', 'Shop'],
    ['Shop', 'SHOP'],
    ['  Böhm   & Co ', 'böhm & co'],
    ['Jose\u0301', 'José'],
    ['a\u00a0b', 'a b'],
    ['', '  '],
  ])('%j reads as %j', (a, b) => {
    expect(sameName(a, b)).toBe(true);
    expect(sameName(b, a)).toBe(true);
  });

  it.each([
    ['Shop', 'Shop 2'],
    ['Böhm', 'Bohm'],
    ['AB', 'A B'],
    ['Shop', ''],
    ['Shop, Inc', 'Shop Inc'],
  ])('%j does not read as %j', (a, b) => {
    expect(sameName(a, b)).toBe(false);
  });
});

describe('accountDifference', () => {
  const there = { id: 'A1', accountNumber: 'N1', accountName: 'Shop', accountType: 'ADVANCED' };

  it.each([
    ['the same', there, null],
    ['the same name in capitals', { ...there, accountName: 'SHOP' }, null],
    ['without a name and type', { id: 'A1', accountNumber: 'N1' }, null],
    ['with null as name', { ...there, accountName: null }, null],
    [
      'another name',
      { ...there, accountName: 'Garage' },
      'account N1 is called "Garage", in the sheet "Shop"',
    ],
    [
      'another type',
      { ...there, accountType: 'SIMPLE' },
      'account N1 is of type SIMPLE, the sheet needs ADVANCED',
    ],
  ])('%s', (_what, account, difference) => {
    expect(accountDifference(account, 'ADVANCED', 'Shop')).toBe(difference);
  });
});

describe('pickUser', () => {
  const lee = { extension: '4000', firstName: 'Lee', lastName: 'Ann' };
  const bob = { id: 'U2', extension: '4001', firstName: 'Bob', lastName: 'Ray' };

  it('takes the user at the extension', async () => {
    expect(await pickUser([bob, { id: 'U1', ...lee }], lee)).toEqual({ id: 'U1', difference: null });
    expect((await pickUser([bob, { id: 'U1', ...lee, firstName: 'LEE ' }], lee))?.difference).toBeNull();
    expect(await pickUser([{ id: 'U1', extension: '4000' }], lee)).toEqual({ id: 'U1', difference: null });
  });

  it('takes nobody at another extension, or without one', async () => {
    expect(await pickUser([bob, { ...bob, id: 'U3', extension: null }], lee)).toBeNull();
    expect(await pickUser([], lee)).toBeNull();
    expect(await pickUser([{ id: 'U1', extension: '040' }], { ...lee, extension: '40' })).toBeNull();
  });

  it('tells that somebody else is there', async () => {
    expect(await pickUser([{ ...bob, extension: '4000' }], lee)).toEqual({
      id: 'U2',
      difference: 'the user at extension 4000 is Bob Ray',
    });
  });

  it('takes the one user of a Home Phone account, or tells that it is another', async () => {
    const home = { firstName: 'Lee', lastName: 'Ann' };
    expect((await pickUser([{ id: 'U1', firstName: 'lee', lastName: 'ann' }], home))?.difference).toBeNull();
    expect((await pickUser([bob], home))?.difference).toBe('the user of the account is Bob Ray');
    expect(await pickUser([], home)).toBeNull();
  });
});

describe('pickLine and pickTrunk', () => {
  it('take the one of that very name', async () => {
    const lines = [{ id: 'L1', name: 'front' }, { id: 'L2', name: 'Front' }, { id: 'L3' }];
    expect(await pickLine(lines, { lineName: 'Front' })).toEqual({ id: 'L2', difference: null });
    expect(await pickLine(lines, { lineName: 'Back' })).toBeNull();
    const trunks = [{ id: 'T1', trunkName: 'a' }];
    expect(await pickTrunk(trunks, { trunkName: 'a' })).toEqual({ id: 'T1', difference: null });
    expect(await pickTrunk(trunks, { trunkName: 'A' })).toBeNull();
    expect(await pickTrunk([], { trunkName: 'a' })).toBeNull();
  });
});

describe('pickDevice', () => {
  const key = { macAddress: '0004f2aa0001', lineNumber: 2 };
  const there = { id: 'D1', macAddress: '0004F2AA0001', lineNumber: 2, userId: 'U1' };

  it('takes the line of the device, capitals or not', async () => {
    expect(await pickDevice([{ ...there, id: 'D0', lineNumber: 1 }, there], key, 'U1')).toEqual({
      ...{ id: 'D1', difference: null },
    });
    expect((await pickDevice([{ ...there, userId: null }], key, 'U1'))?.difference).toBeNull();
  });

  it('takes no other line and no other device', async () => {
    expect(await pickDevice([{ ...there, lineNumber: 3 }], key, 'U1')).toBeNull();
    expect(await pickDevice([{ ...there, macAddress: '0004f2aa0002' }], key, 'U1')).toBeNull();
    expect(await pickDevice([{ ...there, macAddress: null }], key, 'U1')).toBeNull();
    expect(await pickDevice([{ ...there, lineNumber: null }], key, 'U1')).toBeNull();
  });

  it('tells that it belongs to another', async () => {
    expect((await pickDevice([there], key, 'U2'))?.difference).toBe(
      'line 2 of device 0004f2aa0001 belongs to another user of the account',
    );
  });
});

describe('callHandlingBody', () => {
  const VOICEMAIL = { '@type': 'VoicemailRingFailoverAction' };
  const NEW_LINE = {
    activeCallHandling: 'RING_LINE',
    busyFailoverAction: VOICEMAIL,
    unregisteredFailoverAction: VOICEMAIL,
    ringTimeoutConfiguration: { '@type': 'UnlimitedRingTimeoutConfiguration' },
  };
  const wire = (body: unknown) => JSON.parse(JSON.stringify(body));

  it.each<[string, Parameters<typeof callHandlingBody>[0], object]>([
    ['nothing', {}, {}],
    ['busy on busy', { busyAction: 'BUSY' }, { busyFailoverAction: { '@type': 'BusyRingFailoverAction' } }],
    [
      'forward on busy',
      { busyAction: 'FORWARD', busyForwardTo: '1801' },
      { busyFailoverAction: { '@type': 'ForwardRingFailoverAction', forwardToPhoneNumber: '1801' } },
    ],
    [
      'forward when unregistered',
      { unregisteredAction: 'FORWARD', unregisteredForwardTo: '1802' },
      { unregisteredFailoverAction: { '@type': 'ForwardRingFailoverAction', forwardToPhoneNumber: '1802' } },
    ],
    [
      'a number to forward to without forwarding',
      { busyAction: 'VOICEMAIL', busyForwardTo: '1801' },
      { busyFailoverAction: VOICEMAIL },
    ],
    [
      'voicemail after a while',
      { noAnswerAction: 'VOICEMAIL', noAnswerTimeoutSeconds: 20 },
      {
        ringTimeoutConfiguration: {
          '@type': 'LimitedRingTimeoutConfiguration',
          timeoutSeconds: 20,
          noAnswerAction: VOICEMAIL,
        },
      },
    ],
    [
      'forward after a while',
      { noAnswerAction: 'FORWARD', noAnswerForwardTo: '1803', noAnswerTimeoutSeconds: 30 },
      {
        ringTimeoutConfiguration: {
          '@type': 'LimitedRingTimeoutConfiguration',
          timeoutSeconds: 30,
          noAnswerAction: { '@type': 'ForwardRingFailoverAction', forwardToPhoneNumber: '1803' },
        },
      },
    ],
    [
      'all the rest',
      { callWaitingEnabled: false, forwardToPhoneNumber: '1804', voicemailBoxId: 'V1' },
      { callWaitingEnabled: false, forwardToPhoneNumber: '1804', voicemailBoxId: 'V1' },
    ],
  ])('of %s', (_what, values, changes) => {
    expect(wire(callHandlingBody(values))).toEqual({ ...NEW_LINE, ...changes });
  });

  const full = callHandlingBody({
    ...{ busyAction: 'FORWARD', busyForwardTo: '1801', callWaitingEnabled: true },
    ...{ noAnswerAction: 'BUSY', noAnswerTimeoutSeconds: 20 },
  });
  const now = wire(full);

  it.each<[string, boolean, unknown]>([
    ['the same', true, now],
    ['more than is wanted', true, { ...now, voicemailBoxId: 'V9', extra: {} }],
    [
      'another number',
      false,
      { ...now, busyFailoverAction: { ...now.busyFailoverAction, forwardToPhoneNumber: '9' } },
    ],
    ['another action', false, { ...now, busyFailoverAction: VOICEMAIL }],
    ['no action', false, { ...now, busyFailoverAction: null }],
    [
      'another time',
      false,
      { ...now, ringTimeoutConfiguration: { ...now.ringTimeoutConfiguration, timeoutSeconds: 21 } },
    ],
    ['a text for a time', false, { ...now, ringTimeoutConfiguration: 'none' }],
    ['call waiting off', false, { ...now, callWaitingEnabled: false }],
    ['call waiting unknown', false, { ...now, callWaitingEnabled: null }],
    ['nothing', false, {}],
    ['null', false, null],
  ])('sameHandling: %s is %s', (_what, same, current) => {
    expect(sameHandling(current as Parameters<typeof sameHandling>[0], full)).toBe(same);
  });

  it('sameHandling: what the sheet leaves open does not count', async () => {
    const open = callHandlingBody({});
    expect(sameHandling({ ...wire(open), callWaitingEnabled: true, voicemailBoxId: 'V1' }, open)).toBe(true);
  });
});
