import { NO_CONTENT, ok, Refusal } from './answers.js';
import { flag, list, may, must, oneOf, requireValid, text } from './checks.js';
import { accountOf, bodyOf, type Call, type Handler, param, requireSameOwner, rowOf } from './platform.js';
import type { Account, VoicemailBox } from './state.js';

/** Schema VoicemailBox. Names are not unique. */
const VOICEMAIL_BOX = {
  name: must(text()),
  partitionId: must(text()),
  accountId: must(text()),
  forwardMessageToEmailAddresses: may(list(text({ pattern: /^\S+@\S+$/, shape: 'an e-mail address' }))),
  forwardMessageToEmailEnabled: may(flag),
  shouldKeepMessageAfterForward: may(flag),
  locale: may(oneOf(['en-US', 'fr-CA', 'es-MX'])),
};

export const createBusinessLineVoicemailBox: Handler = (call) => {
  const { state } = call.platform;
  const account = accountOf(call);
  if (account.accountType !== 'ADVANCED')
    throw new Refusal(400, 'Voicemail boxes of business lines need an account of type ADVANCED');
  const box = { id: state.newId(), ...boxIn(call, account) };
  state.voicemailBoxes.put(box);
  return ok(box);
};

export const retrieveBusinessLineVoicemailBoxes: Handler = (call) =>
  ok(call.platform.state.voicemailBoxes.of(accountOf(call).id));

export const retrieveBusinessLineVoicemailBoxesExpandedView: Handler = (call) =>
  ok(call.platform.state.voicemailBoxes.of(accountOf(call).id).map((box) => expanded(call, box)));

export const retrieveBusinessLineVoicemailBox: Handler = (call) => ok(boxOf(call));

export const retrieveBusinessLineVoicemailBoxExpandedView: Handler = (call) =>
  ok(expanded(call, boxOf(call)));

/** PUT voicemail-box: all of it is replaced by the body. */
export const updateBusinessLineVoicemailBox: Handler = (call) => {
  const box = { id: boxOf(call).id, ...boxIn(call, accountOf(call)) };
  call.platform.state.voicemailBoxes.put(box);
  return ok(box);
};

/** DELETE voicemail-box: refused while a line or a hunt group sends callers to it (a guess). */
export const deleteBusinessLineVoicemailBox: Handler = (call) => {
  const box = boxOf(call);
  const [user] = assignments(call, box);
  if (user !== undefined)
    throw new Refusal(400, `Voicemail box ${box.id} is still assigned to ${user.display}`);
  call.platform.state.voicemailBoxes.delete(box.id);
  return NO_CONTENT;
};

/** @throws Refusal 400 unless the box is one of the account */
export function requireBox(call: Call, account: Account, id: string, field: string): void {
  if (call.platform.state.voicemailBoxes.get(id)?.accountId !== account.id)
    throw new Refusal(400, `${field}: voicemail box ${id} is not on the account`);
}

/** The box that the body is, but for its ID. @throws Refusal 400 */
function boxIn(call: Call, account: Account): Omit<VoicemailBox, 'id'> {
  const body = bodyOf(call);
  requireValid(body, VOICEMAIL_BOX);
  requireSameOwner(call, body);
  return {
    name: String(body['name']),
    accountId: account.id,
    partitionId: account.partitionId,
    forwardMessageToEmailAddresses: (body['forwardMessageToEmailAddresses'] ?? []) as readonly string[],
    forwardMessageToEmailEnabled: body['forwardMessageToEmailEnabled'] === true,
    shouldKeepMessageAfterForward: body['shouldKeepMessageAfterForward'] === true,
    locale: String(body['locale'] ?? 'en-US'),
  };
}

/** Schema VoicemailBoxAssignment: the lines and hunt groups that send callers to the box. */
function assignments({ platform: { state } }: Call, { id, accountId }: VoicemailBox) {
  const lines = state.callHandlings
    .of(accountId)
    .filter(({ settings }) => settings['voicemailBoxId'] === id)
    .flatMap((handling) => state.businessLines.get(handling.id) ?? []);
  const groupIds = state.failoverActions
    .of(accountId)
    .filter(({ action }) => action['voicemailBoxId'] === id)
    .map((action) => action.id.slice(0, action.id.lastIndexOf('/')));
  const groups = [...new Set(groupIds)].flatMap((groupId) => state.huntGroups.get(groupId) ?? []);
  return [...lines, ...groups].map((user) => ({ id: user.id, display: user.name }));
}

const expanded = (call: Call, box: VoicemailBox) => ({ ...box, assignedTo: assignments(call, box) });

function boxOf(call: Call): VoicemailBox {
  const id = param(call, 'voicemailBoxId');
  return rowOf(call.platform.state.voicemailBoxes.get(id), accountOf(call), `Voicemail box ${id}`);
}
