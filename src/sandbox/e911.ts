import { numberAnswer } from './account-numbers.js';
import { type Json, ok, Refusal } from './answers.js';
import { eventOf, replan, stepOf } from './events.js';
import { correctionOf } from './fates.js';
import { accountOf, type Call, type Handler, param, rowOf } from './platform.js';
import type { ServiceEvent, TelephoneNumber } from './state.js';

/** GET telephonenumber/{tn}/911-address/correction: the address that the provider proposes. */
export const getE911Correction: Handler = (call) => ok(proposed(call, onAccount(call)));

/** PUT …/correction/accept: the number has the proposed address from now on, and its event is over. */
export const acceptE911Correction: Handler = (call) => {
  const number = onAccount(call);
  return ended(call, { ...number, e911Address: proposed(call, number) }, 'CORRECTED_COMPLETED');
};

/** PUT …/911-address/original/accept?latitude=&longitude=: the address stays as it was sent. */
export const acceptOriginalE911: Handler = (call) => {
  const number = onAccount(call);
  const place: { [name: string]: string } = {};
  for (const name of ['latitude', 'longitude']) {
    const value = call.query.get(name);
    if (value === null) continue;
    if (!/^-?\d{1,3}(\.\d+)?$/.test(value)) throw new Refusal(400, `${name}: '${value}' is not a number`);
    place[name] = value;
  }
  return ended(call, { ...number, e911Address: { ...number.e911Address, ...place } }, 'COMPLETED');
};

/** GET …/911-address/usages (schema TelephoneNumberUsagesX): the users whose emergency number it is. */
export const retrieveTelephoneNumberUsages: Handler = (call) => {
  const { partitionId, accountId, phoneNumber } = onAccount(call);
  const devices = call.platform.state.devices.of(accountId);
  const users = devices.filter((each) => each.emergencyNumber === phoneNumber).map(({ userId }) => userId);
  return ok({ partitionId, accountId, phoneNumber, users: [...new Set(users)] });
};

function onAccount(call: Call): TelephoneNumber {
  const tn = param(call, 'tn');
  return rowOf(call.platform.state.numbers.get(tn), accountOf(call), `Telephone number ${tn}`);
}

/** @throws Refusal 400 unless the provider has rejected the number's address */
function rejected(call: Call, { phoneNumber }: TelephoneNumber): ServiceEvent {
  const { state } = call.platform;
  const event = eventOf(state, 'NINE_ONE_ONE_ADDRESS', phoneNumber);
  if (event !== undefined && stepOf(event, state.now()).status === 'REJECTED') return event;
  throw new Refusal(400, `The E911 address of ${phoneNumber} is not rejected`);
}

/** @throws Refusal 404 where nothing is proposed */
function proposed(call: Call, number: TelephoneNumber): Json {
  const { state } = call.platform;
  const event = eventOf(state, 'NINE_ONE_ONE_ADDRESS', number.phoneNumber);
  const isRejected = event !== undefined && stepOf(event, state.now()).status === 'REJECTED';
  const correction = isRejected ? correctionOf(number.e911Address) : null;
  if (correction === null) throw new Refusal(404, `There is no correction of ${number.phoneNumber}`);
  return correction;
}

function ended(call: Call, number: TelephoneNumber, status: string) {
  const { state } = call.platform;
  const event = rejected(call, number);
  state.numbers.put(number);
  replan(state, event, { at: state.now(), status });
  return ok(numberAnswer(call, number));
}
