import { phoneNumber } from '../cells/telephony.js';
import type { RingsType } from '../columns.js';
import type { RowCheck } from './row-check.js';

/** What has no list of names: it is known by its ID, or by a number of the account that rings it already. */
const WITHOUT_NAMES: ReadonlySet<RingsType | undefined> = new Set<RingsType>([
  ...(['AUTO_ATTENDANT', 'CONTACT_CENTER', 'CALL_QUEUE'] as const),
]);

/** Adds the problems of what the number of a NUMBER row rings: its kind, and either a name or an ID. */
export function checkRings(check: RowCheck): void {
  check.applyDefaults('rings');
  const { values } = check;
  const [hasName, hasId] = [check.has('ringsName'), check.has('ringsId')];
  if (hasName || hasId) {
    const given = hasName ? 'ringsName' : 'ringsId';
    check.require('ringsType', `${given} is given`, `Fill in ringsType, or leave ${given} blank.`);
  } else if (check.has('ringsType')) {
    check.require('ringsName', `ringsType is ${values.ringsType}`, 'Fill in ringsName, or ringsId.');
  }
  if (hasName && hasId) {
    const message =
      'What the number rings has a name and an ID; one of the two is enough, and they may contradict';
    check.add('RINGS_TWICE', 'ringsId', message, 'Leave ringsName or ringsId blank.');
  }
  if (values.ringsName !== undefined && WITHOUT_NAMES.has(values.ringsType)) checkRingingNumber(check);
  if (values.assignAsCallerId === true && values.ringsType !== 'USER' && !check.isBad('ringsType')) {
    const message = 'assignAsCallerId has no effect: only a number that rings a user can be its caller ID';
    check.add('NO_EFFECT', 'assignAsCallerId', message, 'Set ringsType to USER, or leave the cell blank.');
  }
}

/** The name of what has no list of names is another number, which is kept as the platform writes it. */
function checkRingingNumber(check: RowCheck): void {
  const { ringsType, ringsName = '', phoneNumber: own } = check.values;
  const read = phoneNumber.safeParse(ringsName);
  if (!read.success || read.data === own) {
    const message = `The platform has no list of what is ${ringsType}, so "${ringsName}" cannot be found`;
    const hint = 'Use ringsId, or in ringsName another number of the account that rings it already.';
    check.add('RINGS_WITHOUT_NAME', 'ringsName', message, hint);
  } else check.values.ringsName = read.data;
}
