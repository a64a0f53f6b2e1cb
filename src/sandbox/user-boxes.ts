import { type Json, ok, Refusal } from './answers.js';
import { flag, list, may, oneOf, requireValid, text } from './checks.js';
import { accountOf, bodyOf, type Call, type Handler, param } from './platform.js';
import type { EndUser } from './state.js';

const email = text({ min: 3, pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, shape: 'a valid email address' });

/** Schema VoicemailBoxX, as far as it can be set. */
const BOX = {
  name: may(text()),
  voicemailToEmailAddresses: may(list(email)),
  voicemailToEmailEnabled: may(flag),
  voicemailKeepAfterEmail: may(flag),
  locale: may(oneOf(['en-US', 'fr-CA', 'es-MX'])),
  messageTranscriptionEnabled: may(flag),
};

/** GET voicemailbox: the boxes that came with the users of the account. */
export const retrieveVoicemailBoxList: Handler = (call) =>
  ok(call.platform.state.users.of(accountOf(call).id).map((user) => boxAnswer(call, user)));

export const retrieveVoicemailBox: Handler = (call) => ok(boxAnswer(call, userOf(call)));

/** PATCH voicemailbox: the fields of the body replace those of the box. */
export const patchVoicemailBox: Handler = (call) => {
  const body = bodyOf(call);
  const user = userOf(call);
  requireValid(body, BOX);
  const { userBoxes } = call.platform.state;
  const { voicemailBoxId: id, accountId, partitionId } = user;
  const given = Object.fromEntries(
    Object.keys(BOX).flatMap((name) => (name in body ? [[name, body[name]]] : [])),
  );
  userBoxes.put({ id, accountId, partitionId, settings: { ...userBoxes.get(id)?.settings, ...given } });
  return ok(boxAnswer(call, user));
};

function userOf(call: Call): EndUser {
  const id = param(call, 'voicemailBoxId');
  const user = call.platform.state.users.of(accountOf(call).id).find((each) => each.voicemailBoxId === id);
  if (user === undefined) throw new Refusal(404, `Voicemail box ${id} not found`);
  return user;
}

const boxAnswer = (call: Call, user: EndUser): Json => ({
  id: user.voicemailBoxId,
  name: `${user.firstName} ${user.lastName}`,
  partitionId: user.partitionId,
  accountId: user.accountId,
  voicemailToEmailAddresses: [],
  voicemailToEmailEnabled: false,
  voicemailKeepAfterEmail: true,
  referencedBy: [{ type: 'END_USER', id: user.id }],
  locale: 'en-US',
  totalVoicemails: 0,
  totalUnreadVoicemails: 0,
  type: 'Normal',
  messageTranscriptionEnabled: false,
  ...call.platform.state.userBoxes.get(user.voicemailBoxId)?.settings,
});
