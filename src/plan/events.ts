/**
 * The events by which the platform tells what became of something after its answer (API description,
 * `ServiceActivationEventX`): those that a run asks after, and what people call them.
 */
export const EVENT_TYPES = {
  ACTIVATION: 'Activation',
  PORT_REQUEST: 'Port',
  NINE_ONE_ONE_ADDRESS: 'E911 address',
} as const;

export type EventType = keyof typeof EVENT_TYPES;

/** What an event's status means for the row: it ended well, it ended badly, somebody holds it back, or it goes on. */
export type EventMeaning = 'done' | 'refused' | 'held' | 'under way';

/** The statuses that are more than a step on the way. */
const MEANINGS: Readonly<Record<string, EventMeaning>> = {
  COMPLETED: 'done',
  CORRECTED_COMPLETED: 'done',
  REJECTED: 'refused',
  CANCELLED: 'refused',
  CARRIER_CANCELLED: 'refused',
  ON_HOLD: 'held',
};

/** @param status `activationStatusType`; one that is not known is taken for a step on the way */
export function meaningOf(status: string): EventMeaning {
  return MEANINGS[status] ?? 'under way';
}

/** Where an event of a row stands, as a journal keeps it. */
export interface KeptEvent {
  readonly type: EventType;
  /** `activationStatusType` */
  readonly status: string;
  /** when it came to that, by the platform's clock; ISO date and time */
  readonly updatedAt: string;
  /** what it is about: a number, or the ID of a port order */
  readonly referenceId: string;
  /** the date that the losing carrier has agreed to, as the platform writes it */
  readonly focDate?: string;
  /** the carrier's code and words at that status */
  readonly code?: string;
  readonly message?: string;
  /** what may be supplemented now (`editableFieldTypes`) */
  readonly editable?: readonly string[];
  readonly losingCarrier?: string;
  /** the address that the E911 provider proposes instead, in a line */
  readonly correction?: string;
}

/** The carrier's code and words, as far as there are any: `TN_IN_USE: The number is in use`. */
export function reasonOf({ code, message }: Pick<KeptEvent, 'code' | 'message'>): string {
  return [code, message].filter(Boolean).join(': ');
}

/** The day of a date and time as the platform writes it, in its own time zone: `2026-12-01`. */
export function dayOf(date: string): string {
  return /^\d{4}-\d\d-\d\d/.exec(date)?.[0] ?? date;
}
