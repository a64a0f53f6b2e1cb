import { createLine, deleteLine, getLine, type LineRecord, listLines, putLine } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { wholeWith } from './changes.js';
import { createOnce } from './create-once.js';
import { huntedBy } from './hunt-group.js';
import { type Kind, PLAIN_UPDATE } from './kind.js';
import { named, renamed, twinsOf } from './names.js';
import { rungBy } from './number-state.js';
import { type AccountIds, numbersOnAccount } from './task.js';

type LineIdentity = { readonly lineName: string };

/** Guide, "Create Business Lines". Natural key: account and name, although the platform takes a name twice. */
export const businessLine: Kind<LineRecord, LineIdentity> = {
  title: 'Business line',
  called: ({ lineName = '' }) => lineName,
  idColumn: 'businessLineId',
  settingOf: null,
  referenceType: 'BUSINESS_LINE',
  writes: ({ values }, { partitionId, accountId, ownPhone }) => [
    createLine(partitionId, accountId, lineBody(values, { partitionId, accountId }, ownPhone)),
  ],
  async bringAbout(task) {
    const { values } = task.resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    const number = await numbersOnAccount(task);
    return createOnce(task, businessLine, {
      ids: account,
      ownerId: null,
      ownPhone: number?.id,
      call: () => createLine(partitionId, accountId, lineBody(values, account, number?.id)),
      answer: (now) => now,
      unique: false,
    });
  },
  find: {
    identity: ({ values }) => ({ lineName: values.lineName ?? '' }),
    now: async (look, { partitionId, accountId }, identity) =>
      pickLine((await look(listLines(partitionId, accountId))) ?? [], identity),
    held: async (held, identity, priority) => pickLine(await held.lines(priority), identity),
    idOf: ({ id }) => id,
    strange: (now, { lineName }) => renamed(now.name, lineName),
  },
  read: (look, { partitionId, accountId, id }) => look(getLine(partitionId, accountId, id)),
  stated: ({ values, ids }) => lineBody(values as CompleteValues, ids, ids.phone),
  update: {
    ...PLAIN_UPDATE,
    fields: ['callerIdPhoneNumber', 'callerIdVisible', 'emergencyCallbackPhoneNumber'],
    doubt: async (held, now, _identity, priority) =>
      twinsOf(now, await held.lines(priority), ({ name }) => name, 'lines'),
    call: ({ partitionId, accountId, id }, fields, now) =>
      putLine(partitionId, accountId, id, wholeWith(now, fields)),
  },
  takeBack: {
    after: ['number', 'portAssignment', 'huntGroup'],
    occupied: async (held, ids, left, priority) =>
      (await rungBy(held, ids, left, priority)) ?? huntedBy(held, ids, left, priority),
    remove: ({ partitionId, accountId, id }) => deleteLine(partitionId, accountId, id),
  },
  dryRun: { another: null, whenNew: null, always: null },
  waitsFor: null,
  namesNumbers: ({ values }, own) => [
    values.callerIdPhoneNumber ?? own,
    values.emergencyCallbackPhoneNumber ?? own,
  ],
};

/**
 * The body of `POST business-line`.
 * @param ownPhone the row's own number, if it has one
 */
export function lineBody(
  values: CompleteValues,
  { partitionId, accountId }: AccountIds,
  ownPhone: string | undefined,
) {
  return {
    partitionId,
    accountId,
    name: values.lineName,
    callerIdPhoneNumber: values.callerIdPhoneNumber ?? ownPhone,
    callerIdVisible: values.callerIdVisible,
    emergencyCallbackPhoneNumber: values.emergencyCallbackPhoneNumber ?? ownPhone,
  };
}

/** The sheet's line among those of its account. */
function pickLine(lines: readonly LineRecord[], { lineName }: LineIdentity): LineRecord | null {
  return named(lines, ({ name }) => name, lineName);
}
