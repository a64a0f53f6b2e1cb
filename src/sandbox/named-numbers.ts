import { type Json, Refusal } from './answers.js';
import { carrierStatusOf } from './events.js';
import type { Call } from './platform.js';
import type { Account, TelephoneNumber } from './state.js';

/**
 * What names numbers as an emergency number, a caller ID, a primary number: each, where one is given, is on the account,
 * and active where the platform asks for that.
 * @throws Refusal 400
 */
export function requireOnAccount(call: Call, account: Account, body: Json, ...fields: string[]): void {
  for (const field of fields) {
    const named = body[field] ?? undefined;
    if (named === undefined) continue;
    const number = call.platform.state.numbers.get(String(named));
    if (number?.accountId !== account.id)
      throw new Refusal(400, `${field}: telephone number ${named} is not on the account`);
    requireActive(call, number, field);
  }
}

/**
 * Whether a number whose port is pending, or whose activation is, can be named at all is not documented (guess: it can).
 * @throws Refusal 400 where it cannot (setting `requiresActiveNumbers`)
 */
export function requireActive({ platform: { state } }: Call, number: TelephoneNumber, field: string): void {
  if (!state.settings.requiresActiveNumbers) return;
  if (carrierStatusOf(state, number) === 'ACTIVE' && number.operationalStatus !== 'STAGED') return;
  throw new Refusal(400, `${field}: telephone number ${number.phoneNumber} is not active`);
}
