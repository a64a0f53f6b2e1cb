import { type Answer, ok, Refusal } from './answers.js';
import { must, oneOf, problemsOf, text } from './checks.js';
import { accountOf, type Call, type Handler, type Platform, param, rowOf } from './platform.js';
import type { CallTarget } from './state.js';

/** What a number can ring and no call of the sandbox creates, by reference type (schema TelephoneNumberAccountV2X). */
const TARGET_TYPES = 'IVR VFAX SPECIALTY_LINE CALL_GROUP AUTO_ATTENDANT CONTACT_CENTER CALL_QUEUE'.split(' ');

const TARGET = { accountNumber: must(text()), type: must(oneOf(TARGET_TYPES)), name: must(text()) };

/**
 * `POST /_sandbox/targets { accountNumber, type, name, partitionId? }`: puts something on an account that a number can
 * ring, as its portal would. Names need not be unique.
 * @throws Refusal 400, or 404 for an unknown account
 */
export function addTarget(
  { state, partitionId }: Platform,
  body: { readonly [field: string]: unknown },
): Answer {
  const problems = problemsOf(body, TARGET);
  if (problems.length > 0) throw new Refusal(400, ...problems);
  const number = `${body['partitionId'] ?? partitionId}/${body['accountNumber']}`;
  const account = state.accounts.by('number', number);
  if (account === undefined) throw new Refusal(404, `Account ${body['accountNumber']} not found`);
  const target: CallTarget = {
    id: state.newId(),
    accountId: account.id,
    partitionId: account.partitionId,
    type: String(body['type']),
    name: String(body['name']),
  };
  state.callTargets.put(target);
  return { status: 201, body: target };
}

const ofType = (call: Call, type: string) =>
  call.platform.state.callTargets.of(accountOf(call).id).filter((target) => target.type === type);

const SHAPES: { readonly [type: string]: object } = {
  IVR: { ivrComponents: [], ivrComponentMappings: [] },
  VFAX: { emailAddresses: ['fax@example.com'], languageTag: 'en-US' },
  CALL_GROUP: { type: 'USER', subType: 'ANY_USER', memberIds: [] },
};

const targetAnswer = (call: Call, { type, ...target }: CallTarget) => ({
  ...target,
  ...(type === 'SPECIALTY_LINE'
    ? { callingPlanIds: [], linkedPhoneNumbers: ringing(call, target.id, target.accountId) }
    : SHAPES[type]),
});

function ringing({ platform: { state } }: Call, id: string, accountId: string): string[] {
  return state.numbers
    .of(accountId)
    .filter(({ referenceId }) => referenceId === id)
    .map(({ phoneNumber }) => phoneNumber);
}

const listOf =
  (type: string): Handler =>
  (call) =>
    ok(ofType(call, type).map((target) => targetAnswer(call, target)));

const oneOfType =
  (type: string): Handler =>
  (call) => {
    const id = param(call, 'targetId');
    const target = call.platform.state.callTargets.get(id);
    const found = rowOf(target?.type === type ? target : undefined, accountOf(call), `${type} ${id}`);
    return ok(targetAnswer(call, found));
  };

export const retrieveIvrList = listOf('IVR');
export const retrieveIvr = oneOfType('IVR');
export const retrieveVFaxList = listOf('VFAX');
export const retrieveVFax = oneOfType('VFAX');
export const getAllCallGroups = listOf('CALL_GROUP');

/** GET specialty-line: an unknown account is 403, in an error shape of its own (SpecialtyLineErrorResponseDto). */
export const retrieveSpecialtyLines: Handler = (call) => {
  try {
    return listOf('SPECIALTY_LINE')(call);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [message = ''] = error.messages;
    return {
      status: 403,
      body: { errorCode: 'ACCESS_DENIED', message, traceId: call.platform.state.newId() },
    };
  }
};
