import { isObject, type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import {
  digits,
  discriminated,
  integer,
  list,
  may,
  must,
  object,
  oneOf,
  requireValid,
  text,
} from './checks.js';
import {
  accountOf,
  bodyOf,
  type Call,
  type Handler,
  param,
  requireSameOwner,
  requireUnreferenced,
  rowOf,
} from './platform.js';
import type { Account, HuntGroup } from './state.js';
import { requireBox } from './voicemail-boxes.js';

const sequenced = { businessLineId: must(text()), sequenceOrder: must(integer(0, 2 ** 31 - 1)) };
const seconds = integer(0, 2 ** 31 - 1);

/** Schema HuntGroup. Names are not unique. */
const HUNT_GROUP = {
  name: must(text()),
  partitionId: must(text()),
  accountId: must(text()),
  huntingConfiguration: must(
    discriminated({
      LinearHuntingConfiguration: object({
        ringTimeoutSeconds: must(seconds),
        members: may(list(object(sequenced), 1)),
      }),
      SequentialHuntingConfiguration: object({
        members: may(list(object({ ...sequenced, ringTimeoutSeconds: must(seconds) }), 1)),
      }),
      SimultaneousHuntingConfiguration: object({
        ringTimeoutSeconds: must(seconds),
        members: must(list(text(), 1)),
      }),
    }),
  ),
  activeForwardConfigurationId: may(text()),
};

export const createBusinessLineHuntGroup: Handler = (call) => {
  const account = accountOf(call);
  if (account.accountType !== 'ADVANCED')
    throw new Refusal(400, 'Hunt groups need an account of type ADVANCED');
  const group = { id: call.platform.state.newUuid(), ...groupIn(call, account) };
  call.platform.state.huntGroups.put(group);
  return ok(group);
};

export const retrieveBusinessLineHuntGroups: Handler = (call) =>
  ok(call.platform.state.huntGroups.of(accountOf(call).id));

export const retrieveBusinessLineHuntGroup: Handler = (call) => ok(groupOf(call));

/** PUT business-line-hunt-group: all of it is replaced by the body; its failover actions stay. */
export const updateBusinessLineHuntGroup: Handler = (call) => {
  const { id } = groupOf(call);
  const group = { id, ...groupIn(call, accountOf(call)) };
  call.platform.state.huntGroups.put(group);
  return ok(group);
};

/** DELETE business-line-hunt-group: refused while a number routes calls to it (a guess); what is set on it goes with it. */
export const deleteBusinessLineHuntGroup: Handler = (call) => {
  const { state } = call.platform;
  const account = accountOf(call);
  const { id } = groupOf(call);
  requireUnreferenced(call, account, id, `Hunt group ${id}`);
  for (const reason of REASONS) state.failoverActions.delete(actionId(id, reason));
  state.huntGroups.delete(id);
  return NO_CONTENT;
};

const REASONS = ['NO_ANSWER', 'BUSY', 'UNREGISTERED'];

/** Schema FailoverAction. */
const FAILOVER_ACTION = { failoverReason: must(oneOf(REASONS)) };
const failoverAction = discriminated({
  BusyFailoverAction: object(FAILOVER_ACTION),
  ForwardFailoverAction: object({ ...FAILOVER_ACTION, forwardToPhoneNumber: must(digits) }),
  VoicemailFailoverAction: object({ ...FAILOVER_ACTION, voicemailBoxId: must(text()) }),
});

/** What a new group does is in no description; the sandbox lets it answer as new lines do. */
export const getBusinessLineHuntGroupFailoverAction: Handler = (call) => {
  const failoverReason = reasonOf(call);
  const set = call.platform.state.failoverActions.get(actionId(groupOf(call).id, failoverReason));
  return ok(set?.action ?? { '@type': 'BusyFailoverAction', failoverReason });
};

export const updateBusinessLineHuntGroupFailoverAction: Handler = (call) => {
  const body = bodyOf(call);
  const reason = reasonOf(call);
  const { id, accountId, partitionId } = groupOf(call);
  requireValid({ failoverAction: body }, { failoverAction: must(failoverAction) });
  if (body['failoverReason'] !== reason) throw new Refusal(400, 'failoverReason: does not match the path');
  const { '@type': type, forwardToPhoneNumber, voicemailBoxId } = body;
  if (type === 'VoicemailFailoverAction')
    requireBox(call, accountOf(call), String(voicemailBoxId), 'voicemailBoxId');
  const action: Json = {
    ...{ '@type': type, failoverReason: reason },
    ...(type === 'ForwardFailoverAction' ? { forwardToPhoneNumber } : {}),
    ...(type === 'VoicemailFailoverAction' ? { voicemailBoxId } : {}),
  };
  call.platform.state.failoverActions.put({ id: actionId(id, reason), accountId, partitionId, action });
  return ok(action);
};

/** @throws Refusal 400 while a hunt group of the account rings the line (a guess) */
export function requireNoMember(call: Call, account: Account, lineId: string): void {
  const group = call.platform.state.huntGroups
    .of(account.id)
    .find(({ huntingConfiguration }) => lineIdsIn(huntingConfiguration).includes(lineId));
  if (group !== undefined)
    throw new Refusal(400, `Business line ${lineId} is still a member of hunt group ${group.name}`);
}

/** The group that the body is, but for its ID. @throws Refusal 400 */
function groupIn(call: Call, account: Account): Omit<HuntGroup, 'id'> {
  const body = bodyOf(call);
  requireValid(body, HUNT_GROUP);
  requireSameOwner(call, body);
  const huntingConfiguration = body['huntingConfiguration'] as Json;
  const lineIds = lineIdsIn(huntingConfiguration);
  for (const lineId of lineIds)
    if (call.platform.state.businessLines.get(lineId)?.accountId !== account.id)
      throw new Refusal(400, `huntingConfiguration.members: business line ${lineId} is not on the account`);
  if (new Set(lineIds).size < lineIds.length)
    throw new Refusal(400, 'huntingConfiguration.members: holds a business line twice');
  return {
    name: String(body['name']),
    accountId: account.id,
    partitionId: account.partitionId,
    huntingConfiguration,
  };
}

function lineIdsIn({ members }: Json): string[] {
  const all = Array.isArray(members) ? (members as unknown[]) : [];
  return all.map((member) => String(isObject(member) ? member['businessLineId'] : member));
}

function groupOf(call: Call): HuntGroup {
  const id = param(call, 'huntGroupId');
  return rowOf(call.platform.state.huntGroups.get(id), accountOf(call), `Hunt group ${id}`);
}

const actionId = (groupId: string, reason: string) => `${groupId}/${reason}`;

/** @throws Refusal 400 when the path names no reason */
function reasonOf(call: Call): string {
  const reason = param(call, 'reason');
  if (REASONS.includes(reason)) return reason;
  throw new Refusal(400, `reason: value '${reason}' is not one of [${REASONS.join(', ')}]`);
}
