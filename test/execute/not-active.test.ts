import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/api-error.js';
import { notActiveYet } from '../../src/resources/not-active.js';
import { runOf, taskOf } from './harness.js';

const PHONE = '18016660001';
const IDS = { partitionId: 'P1', accountId: 'A1' };

/** What is waited for after a refusal in these words, of something that names a number that looks so. */
async function waitFor(messages: readonly string[], number: object | null, events: readonly object[] = []) {
  const { run, sent } = await runOf(({ operation, path }) => {
    if (operation === 'statusSearch') return { totalRecords: events.length, results: events };
    if (number === null) throw new ApiError('refused', operation, 404, ['no such number']);
    return { phoneNumber: path.slice(-PHONE.length), ...number };
  });
  const error = new ApiError('refused', 'createDevice', 400, messages);
  const waits = await notActiveYet(taskOf(run, 'device:x', 'device'), IDS, () => [PHONE, undefined], error);
  return { awaits: waits?.awaits ?? null, message: waits?.message, sent };
}

const PENDING = { carrierStatus: 'PORT_PENDING' };

describe('a refusal of what names a number', () => {
  it.each([
    'emergencyNumber: telephone number 18016660001 is not active',
    'The number +1 801-666-0001 is not active yet',
    'TelephoneNumberNotActive',
    'PortPending',
    'InvalidEmergencyNumber',
    'InvalidPrimaryTn',
    'callerIdPhoneNumber: invalid',
    'Activation of the number is in progress',
  ])('waits by %s while the number says that it is not active', async (message) => {
    expect((await waitFor([message], PENDING)).awaits).toEqual([{ phone: PHONE, event: 'PORT_REQUEST' }]);
    expect((await waitFor([message], { carrierStatus: 'ACTIVE' })).awaits).toBe(null);
    expect((await waitFor([message], null)).awaits).toBe(null);
  });

  it.each<[string[]]>([
    [['SipUsernameInUse']],
    [['InvalidMacAddress']],
    [['InvalidLineNumber']],
    [['trunkName: Acme already exists']],
    [['NotPermitted']],
    [[]],
    [['emergencyNumber: telephone number 18016660001 is not active', 'macAddress: is not valid']],
    [['callbackNumber: telephone number 18015551234 is not on the account']],
  ])('is one of something else by %j', async (messages) => {
    expect((await waitFor(messages, PENDING)).awaits).toBe(null);
  });

  it('asks for no number where the words are of something else', async () => {
    expect((await waitFor(['SipUsernameInUse'], PENDING)).sent).toEqual([]);
  });

  it('tells by the number what is waited for', async () => {
    const words = ['TelephoneNumberNotActive'];
    const of = async (number: object, events: readonly object[] = []) =>
      (await waitFor(words, number, events)).awaits?.[0]?.event ?? null;
    expect(await of({ carrierStatus: 'ACTIVATION_PENDING' })).toBe('ACTIVATION');
    expect(await of({ carrierStatus: 'ACTIVATION_ON_HOLD' })).toBe('ACTIVATION');
    expect(await of({ carrierStatus: 'PORT_REJECTED' })).toBe('PORT_REQUEST');
    expect(await of({ carrierStatus: 'ACTIVE', operationalStatus: 'STAGED' })).toBe('ACTIVATION');
    expect(await of({ carrierStatus: 'COOLDOWN' })).toBe(null);
    expect((await waitFor(words, PENDING)).message).toBe(
      'createDevice was answered 400: telephone number not active (TelephoneNumberNotActive) (18016660001 is PORT_PENDING)',
    );
    // one whose status says nothing of it: its events do
    const event = (serviceType: string, activationStatusType: string) => ({
      serviceType,
      activationStatusType,
    });
    expect(await of({}, [event('PORT_REQUEST', 'FOC_RECEIVED')])).toBe('PORT_REQUEST');
    expect(await of({ carrierStatus: 'ACTIVE' }, [event('ACTIVATION', 'ON_HOLD')])).toBe('ACTIVATION');
    expect(await of({}, [event('ACTIVATION', 'COMPLETED'), event('NINE_ONE_ONE_ADDRESS', 'PENDING')])).toBe(
      null,
    );
  });
});
