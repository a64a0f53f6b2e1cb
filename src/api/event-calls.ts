import { z } from 'zod';
import type { Call } from './endpoints.js';
import { pathPart as e, queryValue as q } from './paths.js';

const text = z.string().nullish();
const date = z.union([z.string(), z.number().transform((ms) => new Date(ms).toISOString())]).nullish();

/** Nothing of an event is required: one that does not say what it is, or where it stands, tells nothing. */
const told = text.transform((value) => value ?? '');

const EventAnswer = z.looseObject({
  id: text,
  accountId: text,
  serviceType: told,
  referenceId: text,
  activationStatusType: told,
  createdDate: date,
  lastUpdatedDate: date,
  focDate: date,
  mainTelephoneNumber: text,
  subTelephoneNumbers: z.array(z.string()).nullish(),
  editableFieldTypes: z.array(z.string()).nullish(),
  losingCarrier: text,
  logs: z
    .array(z.looseObject({ status: text, code: text, message: text, actionDate: date, creationDate: date }))
    .nullish(),
});
const EventPage = z.looseObject({
  totalRecords: z.number().nullish(),
  results: z
    .array(EventAnswer)
    .nullish()
    .transform((results) => results ?? []),
});
const Address = z.looseObject({});
const Usages = z.looseObject({ users: z.array(z.string()).nullish() });

export type EventRecord = z.output<typeof EventAnswer>;

const accountPath = (partitionId: string, accountId: string) =>
  `/v2/partition/${e(partitionId)}/account/${e(accountId)}`;

/** The events of a partition that the status search is asked for; a page holds 50 at most. */
export interface EventQuery {
  /** changed since then, ISO date and time */
  readonly since?: string;
  /** one type alone */
  readonly eventType?: 'PORT_REQUEST';
  readonly accountId?: string;
  readonly telephoneNumber?: string;
  /** events to leave out before the first of the page */
  readonly first: number;
}

/** API description, `telephonenumber/statussearch`. */
export const searchEvents = (
  partitionId: string,
  { since, eventType, accountId, telephoneNumber, first }: EventQuery,
): Call<z.output<typeof EventPage>> => ({
  operation: 'statusSearch',
  method: 'GET',
  path:
    `/v2/partition/${e(partitionId)}/telephonenumber/statussearch?firstResultIndex=${first}&maxResult=50` +
    (since === undefined ? '' : `&dateType=UpdatedDate&startDate=${q(since)}`) +
    (eventType === undefined ? '' : `&eventType=${eventType}`) +
    (accountId === undefined ? '' : `&accountId=${q(accountId)}`) +
    (telephoneNumber === undefined ? '' : `&telephoneNumber=${q(telephoneNumber)}`),
  answer: EventPage,
});

const addressPath = (partitionId: string, accountId: string, phone: string) =>
  `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}/911-address`;

/** The event of an E911 address (API description, `reference/{ref}/type/{type}`). */
export const getAddressEvent = (
  partitionId: string,
  accountId: string,
  phone: string,
): Call<EventRecord> => ({
  operation: 'getServiceActivationEvents',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/reference/${e(phone)}/type/NINE_ONE_ONE_ADDRESS`,
  answer: EventAnswer,
});

/** The address that the E911 provider proposes instead; 404 where it has none. */
export const getCorrection = (
  partitionId: string,
  accountId: string,
  phone: string,
): Call<z.output<typeof Address>> => ({
  operation: 'getE911Correction',
  method: 'GET',
  path: `${addressPath(partitionId, accountId, phone)}/correction`,
  answer: Address,
});

export const acceptCorrection = (partitionId: string, accountId: string, phone: string): Call<unknown> => ({
  operation: 'acceptE911Correction',
  method: 'PUT',
  path: `${addressPath(partitionId, accountId, phone)}/correction/accept`,
  answer: null,
});

/** Insists on the address that was sent. */
export const acceptOriginal = (
  partitionId: string,
  accountId: string,
  phone: string,
  place: { readonly latitude: string; readonly longitude: string } | null,
): Call<unknown> => ({
  operation: 'acceptOriginalE911',
  method: 'PUT',
  path:
    `${addressPath(partitionId, accountId, phone)}/original/accept` +
    (place === null ? '' : `?latitude=${q(place.latitude)}&longitude=${q(place.longitude)}`),
  answer: null,
});

/** The users whose emergency number it is. */
export const getUsages = (
  partitionId: string,
  accountId: string,
  phone: string,
): Call<z.output<typeof Usages>> => ({
  operation: 'retrieveTelephoneNumberUsages',
  method: 'GET',
  path: `${addressPath(partitionId, accountId, phone)}/usages`,
  answer: Usages,
});
