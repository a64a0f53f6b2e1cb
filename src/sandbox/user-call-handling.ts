import { isObject, type Json } from './answers.js';
import { type Check, flag, integer, list, may, object, oneOf, phoneNumber, text } from './checks.js';

const NUMBER = { forwardToNumber: may(phoneNumber), description: may(text()) };

/** Schema CallHandlingX, CallHandlingWithTimeoutX: a forward needs a number to forward to. */
function action(types: readonly string[]): Check {
  const fields = object({ type: may(oneOf(types)), timeout: may(integer(1, 2 ** 31 - 1)), ...NUMBER });
  return (value, field) => {
    const problems = fields(value, field);
    const isForward = isObject(value) && value['type'] === 'Forward';
    return isForward && (value['forwardToNumber'] ?? null) === null
      ? [...problems, `${field}.forwardToNumber: must not be null with type Forward`]
      : problems;
  };
}

const ACTIONS = ['Forward', 'Voicemail', 'Busy'];
const noAnswer = action([...ACTIONS, 'RingForever']);

const SETTINGS = object({
  callWaitingEnabled: may(flag),
  doNotDisturbEnabled: may(flag),
  callHandlingOptionType: may(oneOf(['RingPhone', 'ForwardAlways', 'SimultaneousRing', 'FindMeFollowMe'])),
  forwardAlwaysToNumber: may(phoneNumber),
  ringPhoneCallHandling: may(
    object({
      busyCallHandling: may(action(ACTIONS)),
      noAnswerCallHandling: may(noAnswer),
      unregisteredCallHandling: may(action(ACTIONS)),
    }),
  ),
  simultaneousRingCallHandling: may(
    object({
      forwardToNumberList: may(list(phoneNumber)),
      noAnswerCallHandling: may(noAnswer),
      continueOnBusy: may(flag),
    }),
  ),
});

/** What is wrong with the `callHandlingSettings` of a user (schema CallHandlingSettingsX). */
export const callHandlingSettings: Check = (value, field) => {
  const problems = SETTINGS(value, field);
  const forwards = isObject(value) && value['callHandlingOptionType'] === 'ForwardAlways';
  return forwards && (value['forwardAlwaysToNumber'] ?? null) === null
    ? [...problems, `${field}.forwardAlwaysToNumber: must not be null with ForwardAlways`]
    : problems;
};

const VOICEMAIL = { type: 'Voicemail' };

/** What a new user does with calls (guide, "Create User", example response). */
export const NEW_USER_HANDLING: Json = {
  callWaitingEnabled: true,
  doNotDisturbEnabled: false,
  callHandlingOptionType: 'RingPhone',
  ringPhoneCallHandling: {
    busyCallHandling: VOICEMAIL,
    noAnswerCallHandling: { ...VOICEMAIL, timeout: 20 },
    unregisteredCallHandling: VOICEMAIL,
  },
};
