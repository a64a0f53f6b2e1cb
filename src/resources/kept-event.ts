import type { EventRecord } from '../api/event-calls.js';
import type { EventType, KeptEvent } from '../plan/events.js';

/** An event as a journal keeps it. */
export function keptEvent(type: EventType, event: EventRecord): KeptEvent {
  const status = event.activationStatusType;
  // the last entry of that status that has words: the log's order is not documented
  const log = (event.logs ?? []).findLast((each) => each.status === status && (each.code || each.message));
  return {
    ...{ type, status, referenceId: event.referenceId ?? '' },
    updatedAt: updatedAt(event),
    ...(event.focDate ? { focDate: event.focDate } : {}),
    ...(log?.code ? { code: log.code } : {}),
    ...(log?.message ? { message: log.message } : {}),
    ...(event.editableFieldTypes?.length ? { editable: event.editableFieldTypes } : {}),
    ...(event.losingCarrier ? { losingCarrier: event.losingCarrier } : {}),
  };
}

/** When an event came to what it says, ISO date and time. */
export function updatedAt({ lastUpdatedDate, createdDate }: EventRecord): string {
  return lastUpdatedDate ?? createdDate ?? new Date(0).toISOString();
}
