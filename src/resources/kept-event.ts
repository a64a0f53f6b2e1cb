import type { EventRecord } from '../api/event-calls.js';
import type { EventType, KeptEvent } from '../plan/events.js';

/** An event as a journal keeps it. */
export function keptEvent(type: EventType, event: EventRecord): KeptEvent {
  const status = event.activationStatusType;
  const log = latestWords(event, status);
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

/**
 * The latest entry of an event's log that has words, of that status, or of none. The order of a log is not documented, so
 * its dates tell; among entries without one the last counts.
 */
export function latestWords({ logs }: EventRecord, status?: string) {
  const isOf = (each: string | null | undefined) => status === undefined || !each || each === status;
  const withWords = (logs ?? []).filter((each) => isOf(each.status) && (each.code || each.message));
  const timeOf = ({ actionDate, creationDate }: (typeof withWords)[number]) =>
    Date.parse(actionDate ?? creationDate ?? '') || 0;
  return withWords.sort((a, b) => timeOf(a) - timeOf(b)).at(-1);
}

/** The event that changed last: in which order a search gives them is not documented. */
export function latestOf(events: readonly EventRecord[]): EventRecord | null {
  const [first = null, ...others] = events;
  return others.reduce<EventRecord | null>(
    (latest, each) =>
      latest === null || Date.parse(updatedAt(each)) > Date.parse(updatedAt(latest)) ? each : latest,
    first,
  );
}

/** When an event came to what it says, ISO date and time. */
export function updatedAt({ lastUpdatedDate, createdDate }: EventRecord): string {
  return lastUpdatedDate ?? createdDate ?? new Date(0).toISOString();
}
