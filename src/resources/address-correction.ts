import { ApiError } from '../api/api-error.js';
import { acceptCorrection, acceptOriginal, type EventRecord, getAddressEvent } from '../api/event-calls.js';
import { meaningOf } from '../plan/events.js';
import { rowAddresses } from './activation.js';
import { type Kind, NO_CHECKS } from './kind.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';

/**
 * The answer to an E911 address that its provider has rejected (API description, `911-address/correction`): the proposal is
 * taken, or the address that was sent is insisted on. A person's act, for good: undo does not take it back.
 */
export const e911Correction: Kind<EventRecord, { readonly phone: string }> = {
  title: 'E911 correction',
  called: ({ e911Correction = '', phoneNumber }, id) => `${e911Correction} of ${phoneNumber ?? id}`,
  idColumn: null,
  settingOf: 'number',
  referenceType: null,
  writes: ({ values }, { partitionId, accountId, phone }) => [
    values.e911Correction === 'ACCEPT'
      ? acceptCorrection(partitionId, accountId, phone)
      : acceptOriginal(partitionId, accountId, phone, null),
  ],
  async bringAbout(task) {
    const { resource, run, ordinal, look } = task;
    const account = await task.account();
    const number = await task.need('number');
    const { partitionId, accountId } = account;
    const phone = number?.id ?? '';
    const { values } = resource;
    const event = await look(getAddressEvent(partitionId, accountId, phone));
    const status = event?.activationStatusType ?? 'UNKNOWN';
    const meaning = meaningOf(status);
    if (meaning === 'done') {
      // One in doubt was done: what it answered was lost.
      const state = run.journal.step(resource.key)?.state === 'intent' ? 'created' : 'existing';
      const outcome = { state, id: phone, partitionId, accountId } as const;
      await run.journal.settle(resource.key, resource.kind, ordinal, state, outcome);
      return outcome;
    }
    if (meaning !== 'refused')
      throw new StepError(
        event === null
          ? 'The platform knows of no E911 entry of the number.'
          : `The E911 address is not rejected: it is ${status}.`,
        'Leave e911Correction blank until follow tells that the address was rejected.',
      );
    const place = values.e911Correction === 'INSIST' ? await placeOf() : null;
    const call =
      values.e911Correction === 'ACCEPT'
        ? acceptCorrection(partitionId, accountId, phone)
        : acceptOriginal(partitionId, accountId, phone, place);
    try {
      return await setOnce(task, e911Correction, account, { id: phone, call });
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
      // An answer that was given and whose reply was lost is sent again, and refused: there is nothing to answer any more.
      const now = await look(getAddressEvent(partitionId, accountId, phone));
      if (now === null || meaningOf(now.activationStatusType) === 'refused') throw error;
      const outcome = { state: 'created', id: phone, partitionId, accountId } as const;
      await run.journal.settle(resource.key, resource.kind, ordinal, 'created', outcome);
      return outcome;
    }

    async function placeOf() {
      const { latitude, longitude } = (await rowAddresses(run.addresses, values, ordinal))?.e911 ?? {};
      return latitude && longitude ? { latitude: String(latitude), longitude: String(longitude) } : null;
    }
  },
  find: {
    identity: ({ values }, { phone }) => ({ phone: values.phoneNumber ?? phone ?? '' }),
    now: (look, { partitionId, accountId }, { phone }) =>
      phone === '' ? Promise.resolve(null) : look(getAddressEvent(partitionId, accountId, phone)),
    // What the account held before says nothing of an answer that nobody has given.
    held: () => Promise.resolve(null),
    idOf: ({ mainTelephoneNumber, referenceId }) => mainTelephoneNumber ?? referenceId ?? '',
    strange: () => null,
  },
  read: (look, { partitionId, accountId, id }) => look(getAddressEvent(partitionId, accountId, id)),
  // That the answer was given, the platform's event does not say; `follow` tells where it stands.
  stated: () => ({}),
  update: null,
  takeBack: null,
  dryRun: NO_CHECKS,
  waitsFor: null,
  namesNumbers: null,
};
