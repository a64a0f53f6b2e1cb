import type { RowValues } from './columns.js';

/** Whether a row says how its user treats calls (API description, call handling of end users). */
export function hasUserHandling(values: RowValues): boolean {
  return (
    values.activeCallHandling !== undefined ||
    values.callWaitingEnabled !== undefined ||
    values.busyAction !== undefined ||
    values.unregisteredAction !== undefined ||
    values.noAnswerAction !== undefined ||
    values.noAnswerTimeoutSeconds !== undefined
  );
}

/** Whether a row says anything that is set on its user once that is there and has its number. */
export function hasUserSettings(values: RowValues): boolean {
  return (
    values.callerIdNumber !== undefined || values.callerIdVisible !== undefined || hasUserHandling(values)
  );
}

/** Whether a row says anything of the voicemail box that comes with its user. */
export function hasVoicemailSettings(values: RowValues): boolean {
  return (
    values.voicemailEmail !== undefined ||
    values.voicemailKeepAfterEmail !== undefined ||
    values.voicemailLocale !== undefined
  );
}
