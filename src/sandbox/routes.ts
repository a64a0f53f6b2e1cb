import {
  getAvailableUserProductPlans,
  prevalidateCymbusGroupName,
  retrieveStrettoDeviceLinesGroup,
  updateCymbusAccountGroup,
} from './account-groups.js';
import {
  createOrAddTelephoneNumberToAccount,
  deleteTelephoneNumberOnAccount,
  patchTelephoneNumberOnAccount,
  preValidateAccountTn,
  retrieveAccountTelephoneNumbers,
  retrieveTelephoneNumberOnAccount,
  updateTelephoneNumberOnAccount,
} from './account-numbers.js';
import {
  accountPatch,
  accountSearch,
  createAccount,
  deleteAccount,
  getAccounts,
  retrieveAccount,
  validateAccountProperties,
} from './accounts.js';
import { validateAddress } from './address.js';
import { Refusal } from './answers.js';
import {
  createBusinessLine,
  createBusinessLinePortAssignment,
  deleteBusinessLine,
  deleteBusinessLinePortAssignment,
  getBusinessLineCallHandling,
  getBusinessLinePortAssignment,
  putBusinessLineCallHandling,
  retrieveBusinessLine,
  retrieveBusinessLines,
  updateBusinessLine,
  updateBusinessLinePortAssignment,
} from './business-lines.js';
import {
  getAllCallGroups,
  retrieveIvr,
  retrieveIvrList,
  retrieveSpecialtyLines,
  retrieveVFax,
  retrieveVFaxList,
} from './call-targets.js';
import { addPlan, getPlans, removePlan, retrieveCallingPlanProductList } from './calling-plans.js';
import { createDevice, getDevice, listDevices, removeDevice, updateDevice } from './devices.js';
import {
  acceptE911Correction,
  acceptOriginalE911,
  getE911Correction,
  retrieveTelephoneNumberUsages,
} from './e911.js';
import { getServiceActivationEvents, releaseActivation, statusSearch } from './events.js';
import {
  createBusinessLineHuntGroup,
  deleteBusinessLineHuntGroup,
  getBusinessLineHuntGroupFailoverAction,
  retrieveBusinessLineHuntGroup,
  retrieveBusinessLineHuntGroups,
  updateBusinessLineHuntGroup,
  updateBusinessLineHuntGroupFailoverAction,
} from './hunt-groups.js';
import { getLoginInfo, logOut, logUserIn } from './log-in.js';
import {
  getRateCenter,
  releaseReservation,
  reserveForAccount,
  reserveForPartition,
  retrieveTelephoneNumber,
  retrieveTelephoneNumberAvailability,
  tnSearch,
} from './numbers.js';
import { getAllSettings, getPartition, listTnInventory } from './partition.js';
import type { Handler } from './platform.js';
import {
  cancelPort,
  getInboundCarriers,
  patchPort,
  preValidateAccount,
  retrievePort,
  triggerPort,
  updatePort,
} from './ports.js';
import {
  getDeviceTypeById,
  getDeviceTypes,
  getLanguages,
  getSecondaryLocations,
  getTimeZones,
} from './reference-data.js';
import {
  createSipTrunk,
  deleteSipTrunk,
  patchSipTrunk,
  retrieveSipTrunk,
  retrieveSipTrunkList,
} from './sip-trunks.js';
import { patchVoicemailBox, retrieveVoicemailBox, retrieveVoicemailBoxList } from './user-boxes.js';
import {
  createEndUser,
  deleteEndUser,
  patchEndUser,
  retrieveEndUser,
  retrieveEndUserList,
  sendWelcomeEmail,
} from './users.js';
import {
  createBusinessLineVoicemailBox,
  deleteBusinessLineVoicemailBox,
  retrieveBusinessLineVoicemailBox,
  retrieveBusinessLineVoicemailBoxExpandedView,
  retrieveBusinessLineVoicemailBoxes,
  retrieveBusinessLineVoicemailBoxesExpandedView,
  updateBusinessLineVoicemailBox,
} from './voicemail-boxes.js';

/** One operation of the API. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** the operationId of the published API description */
  readonly operation: string;
  readonly handle: Handler;
}

/** The one operation that needs no token. */
export const LOGIN_OPERATION = 'logUserIn';

const PARTITION = '/v2/partition/{partitionId}';
const ACCOUNT = `${PARTITION}/account/{accountId}`;
const TN = `${ACCOUNT}/telephonenumber/{tn}`;
const EVENTS = `${ACCOUNT}/reference/{referenceId}/type/{serviceType}`;
const PORT = `${ACCOUNT}/port/{portId}`;
const LINE = `${ACCOUNT}/business-line/{businessLineId}`;
const GROUP = `${ACCOUNT}/business-line-hunt-group/{huntGroupId}`;
const BOXES = `${ACCOUNT}/business-line/voicemail-box`;
const BOX = `${BOXES}/{voicemailBoxId}`;

const route = (method: string, path: string, operation: string, handle: Handler): Route => ({
  method,
  path,
  operation,
  handle,
});

const ROUTES: readonly Route[] = [
  route('POST', '/v2/authorize', LOGIN_OPERATION, logUserIn),
  route('PUT', '/v2/authorize/logout', 'logOut', logOut),
  route('GET', '/v2/authorize/userinfo', 'getLoginInfo', getLoginInfo),
  route('GET', '/v2/address/validate', 'validateAddress', validateAddress),
  route('GET', '/v2/ref/devicetype', 'getDeviceTypes', getDeviceTypes),
  route('GET', '/v2/ref/devicetype/{id}', 'getDeviceTypeById', getDeviceTypeById),
  route('GET', '/v2/ref/timezones', 'getTimeZones', getTimeZones),
  route('GET', '/v2/ref/secondary-location-types', 'getSecondaryLocations', getSecondaryLocations),
  route('GET', '/v2/ref/language', 'getLanguages', getLanguages),
  route('GET', PARTITION, 'retrieve_2', getPartition),
  route('GET', `${PARTITION}/setting`, 'getAllSettings', getAllSettings),
  route('GET', `${PARTITION}/inboundcarriers`, 'getInboundCarriers', getInboundCarriers),
  route('GET', `${PARTITION}/telephonenumber`, 'listTnInventory', listTnInventory),
  route('POST', `${PARTITION}/account`, 'createAccount', createAccount),
  route('GET', `${PARTITION}/account`, 'getAccounts', getAccounts),
  route('GET', `${PARTITION}/account/search`, 'accountSearch', accountSearch),
  route(
    'GET',
    `${PARTITION}/account/validateproperties`,
    'validateAccountProperties',
    validateAccountProperties,
  ),
  route('PUT', `${PARTITION}/account/e911/prevalidate`, 'preValidateAccountTn', preValidateAccountTn),
  route('POST', `${PARTITION}/account/prevalidate`, 'preValidateAccount', preValidateAccount),
  route('GET', ACCOUNT, 'retrieveAccount', retrieveAccount),
  route('PATCH', ACCOUNT, 'accountPatch', accountPatch),
  route('DELETE', ACCOUNT, 'deleteAccount', deleteAccount),
  route('POST', `${ACCOUNT}/user`, 'createEndUser', createEndUser),
  route('GET', `${ACCOUNT}/user`, 'retrieveEndUserList', retrieveEndUserList),
  route('GET', `${ACCOUNT}/user/{userId}`, 'retrieveEndUser', retrieveEndUser),
  route('PATCH', `${ACCOUNT}/user/{userId}`, 'patchEndUser', patchEndUser),
  route('DELETE', `${ACCOUNT}/user/{userId}`, 'deleteEndUser', deleteEndUser),
  route('POST', `${ACCOUNT}/user/{userId}/send-welcome-email`, 'sendWelcomeEmail', sendWelcomeEmail),
  route('GET', PORT, 'retrievePort', retrievePort),
  route('PATCH', PORT, 'patchPort', patchPort),
  route('PUT', PORT, 'updatePort', updatePort),
  route('DELETE', `${PORT}/cancelport`, 'cancelPort', cancelPort),
  route('PUT', `${PORT}/triggerport`, 'triggerPort', triggerPort),
  route('GET', `${PARTITION}/ratecenter/{tn}`, 'getRateCenter', getRateCenter),
  route('GET', `${PARTITION}/telephonenumber/search`, 'tnSearch', tnSearch),
  route('GET', `${PARTITION}/telephonenumber/statussearch`, 'statusSearch', statusSearch),
  route('GET', `${PARTITION}/telephonenumber/{tn}`, 'retrieveTelephoneNumber', retrieveTelephoneNumber),
  route(
    'GET',
    `${PARTITION}/telephonenumber/{tn}/availability`,
    'retrieveTelephoneNumberAvailability',
    retrieveTelephoneNumberAvailability,
  ),
  route('PUT', `${PARTITION}/telephonenumber/{tn}/reserve`, 'reserve', reserveForPartition),
  route('DELETE', `${PARTITION}/telephonenumber/{tn}/reserve`, 'releaseReservation', releaseReservation),
  // The guide's paths, which the published description does not have, are the same operations.
  route('PUT', `${TN}/reserve`, 'reserve', reserveForAccount),
  route('DELETE', `${TN}/reserve`, 'releaseReservation', releaseReservation),
  route(
    'POST',
    `${ACCOUNT}/telephonenumber`,
    'createOrAddTelephoneNumberToAccount',
    createOrAddTelephoneNumberToAccount,
  ),
  route(
    'GET',
    `${ACCOUNT}/telephonenumber`,
    'retrieveAccountTelephoneNumbers',
    retrieveAccountTelephoneNumbers,
  ),
  route('GET', TN, 'retrieveTelephoneNumberOnAccount', retrieveTelephoneNumberOnAccount),
  route('PATCH', TN, 'patchTelephoneNumberOnAccount', patchTelephoneNumberOnAccount),
  route('PUT', TN, 'updateTelephoneNumberOnAccount', updateTelephoneNumberOnAccount),
  route('DELETE', TN, 'deleteTelephoneNumberOnAccount', deleteTelephoneNumberOnAccount),
  route('GET', EVENTS, 'getServiceActivationEvents', getServiceActivationEvents),
  // in the guides alone: the published description has no PUT here, and so no name for it
  route('PUT', EVENTS, 'updateServiceActivationEvent', releaseActivation),
  route('GET', `${TN}/911-address/correction`, 'getE911Correction', getE911Correction),
  route('PUT', `${TN}/911-address/correction/accept`, 'acceptE911Correction', acceptE911Correction),
  route('PUT', `${TN}/911-address/original/accept`, 'acceptOriginalE911', acceptOriginalE911),
  route('GET', `${TN}/911-address/usages`, 'retrieveTelephoneNumberUsages', retrieveTelephoneNumberUsages),
  route('POST', `${ACCOUNT}/deviceline`, 'createDevice', createDevice),
  route('GET', `${ACCOUNT}/deviceline`, 'listDevices', listDevices),
  route('GET', `${ACCOUNT}/deviceline/{deviceId}`, 'getDevice', getDevice),
  route('PATCH', `${ACCOUNT}/deviceline/{deviceId}`, 'updateDevice', updateDevice),
  route('DELETE', `${ACCOUNT}/deviceline/{deviceId}`, 'removeDevice', removeDevice),
  route('POST', `${ACCOUNT}/business-line`, 'createBusinessLine', createBusinessLine),
  route('GET', `${ACCOUNT}/business-line`, 'retrieveBusinessLines', retrieveBusinessLines),
  route('GET', LINE, 'retrieveBusinessLine', retrieveBusinessLine),
  route('PUT', LINE, 'updateBusinessLine', updateBusinessLine),
  route('DELETE', LINE, 'deleteBusinessLine', deleteBusinessLine),
  route('GET', `${LINE}/call-handling`, 'getBusinessLineCallHandling', getBusinessLineCallHandling),
  route('PUT', `${LINE}/call-handling`, 'putBusinessLineCallHandling', putBusinessLineCallHandling),
  route('GET', `${LINE}/port-assignment`, 'getBusinessLinePortAssignment', getBusinessLinePortAssignment),
  route(
    'POST',
    `${LINE}/port-assignment`,
    'createBusinessLinePortAssignment',
    createBusinessLinePortAssignment,
  ),
  route(
    'PUT',
    `${LINE}/port-assignment`,
    'updateBusinessLinePortAssignment',
    updateBusinessLinePortAssignment,
  ),
  route(
    'DELETE',
    `${LINE}/port-assignment`,
    'deleteBusinessLinePortAssignment',
    deleteBusinessLinePortAssignment,
  ),
  route(
    'GET',
    `${ACCOUNT}/business-line-hunt-group`,
    'retrieveBusinessLineHuntGroups',
    retrieveBusinessLineHuntGroups,
  ),
  route(
    'POST',
    `${ACCOUNT}/business-line-hunt-group`,
    'createBusinessLineHuntGroup',
    createBusinessLineHuntGroup,
  ),
  route('GET', GROUP, 'retrieveBusinessLineHuntGroup', retrieveBusinessLineHuntGroup),
  route('PUT', GROUP, 'updateBusinessLineHuntGroup', updateBusinessLineHuntGroup),
  route('DELETE', GROUP, 'deleteBusinessLineHuntGroup', deleteBusinessLineHuntGroup),
  route(
    'GET',
    `${GROUP}/failover-action/{reason}`,
    'getBusinessLineHuntGroupFailoverAction',
    getBusinessLineHuntGroupFailoverAction,
  ),
  route(
    'PUT',
    `${GROUP}/failover-action/{reason}`,
    'updateBusinessLineHuntGroupFailoverAction',
    updateBusinessLineHuntGroupFailoverAction,
  ),
  route('POST', BOXES, 'createBusinessLineVoicemailBox', createBusinessLineVoicemailBox),
  route('GET', BOXES, 'retrieveBusinessLineVoicemailBoxes', retrieveBusinessLineVoicemailBoxes),
  route(
    'GET',
    `${BOXES}/views/expanded`,
    'retrieveBusinessLineVoicemailBoxesExpandedView',
    retrieveBusinessLineVoicemailBoxesExpandedView,
  ),
  route('GET', BOX, 'retrieveBusinessLineVoicemailBox', retrieveBusinessLineVoicemailBox),
  route('PUT', BOX, 'updateBusinessLineVoicemailBox', updateBusinessLineVoicemailBox),
  route('DELETE', BOX, 'deleteBusinessLineVoicemailBox', deleteBusinessLineVoicemailBox),
  route(
    'GET',
    `${BOX}/views/expanded`,
    'retrieveBusinessLineVoicemailBoxExpandedView',
    retrieveBusinessLineVoicemailBoxExpandedView,
  ),
  route('GET', `${ACCOUNT}/voicemailbox`, 'retrieveVoicemailBoxList', retrieveVoicemailBoxList),
  route('GET', `${ACCOUNT}/voicemailbox/{voicemailBoxId}`, 'retrieveVoicemailBox', retrieveVoicemailBox),
  route('PATCH', `${ACCOUNT}/voicemailbox/{voicemailBoxId}`, 'patchVoicemailBox', patchVoicemailBox),
  route('GET', `${ACCOUNT}/user-product-plans`, 'getAvailableUserProductPlans', getAvailableUserProductPlans),
  route('PUT', '/v2/cymbus/account-group', 'updateCymbusAccountGroup', updateCymbusAccountGroup),
  route(
    'POST',
    '/v2/cymbus/account-group/prevalidate',
    'prevalidateCymbusGroupName',
    prevalidateCymbusGroupName,
  ),
  route(
    'GET',
    '/v2/cymbus/account-group/{accountid}',
    'retrieveStrettoDeviceLinesGroup',
    retrieveStrettoDeviceLinesGroup,
  ),
  route(
    'GET',
    `${PARTITION}/callingplanproduct`,
    'retrieveCallingPlanProductList',
    retrieveCallingPlanProductList,
  ),
  route('GET', `${ACCOUNT}/callingplan`, 'getPlans', getPlans),
  route('PUT', `${ACCOUNT}/callingplan`, 'addPlan', addPlan),
  route('DELETE', `${ACCOUNT}/callingplan`, 'removePlan', removePlan),
  route('GET', `${ACCOUNT}/ivr`, 'retrieveIvrList', retrieveIvrList),
  route('GET', `${ACCOUNT}/ivr/{targetId}`, 'retrieveIvr', retrieveIvr),
  route('GET', `${ACCOUNT}/vfax`, 'retrieveVFaxList', retrieveVFaxList),
  route('GET', `${ACCOUNT}/vfax/{targetId}`, 'retrieveVFax', retrieveVFax),
  route('GET', `${ACCOUNT}/specialty-line`, 'retrieve_specialty_line_by_account', retrieveSpecialtyLines),
  route('GET', `${ACCOUNT}/group`, 'getAllCallGroups', getAllCallGroups),
  route('POST', `${ACCOUNT}/siptrunk_2`, 'createSipTrunk', createSipTrunk),
  route('GET', `${ACCOUNT}/siptrunk_2`, 'retrieveSipTrunkList', retrieveSipTrunkList),
  route('GET', `${ACCOUNT}/siptrunk_2/{sipTrunkId}`, 'retrieveSipTrunk', retrieveSipTrunk),
  route('PATCH', `${ACCOUNT}/siptrunk_2/{sipTrunkId}`, 'patchSipTrunk', patchSipTrunk),
  route('DELETE', `${ACCOUNT}/siptrunk_2/{sipTrunkId}`, 'deleteSipTrunk', deleteSipTrunk),
];

/** The names that rules of faults and the request log use. */
export const OPERATIONS: readonly string[] = [...new Set(ROUTES.map((one) => one.operation))];

/** One segment of the known paths. */
interface Segment {
  readonly literals: Map<string, Segment>;
  param?: { readonly name: string; readonly next: Segment };
  readonly routes: Map<string, Route>;
}

const newSegment = (): Segment => ({ literals: new Map(), routes: new Map() });

const ROOT = newSegment();
for (const one of ROUTES) {
  let at = ROOT;
  for (const part of one.path.slice(1).split('/')) {
    if (part.startsWith('{')) {
      at.param ??= { name: part.slice(1, -1), next: newSegment() };
      at = at.param.next;
    } else {
      const next = at.literals.get(part) ?? newSegment();
      at.literals.set(part, next);
      at = next;
    }
  }
  at.routes.set(one.method, one);
}

/**
 * @param path without query
 * @returns the route and the decoded parts of the path. @throws Refusal 404, or 405 for another method
 */
export function matchRoute(method: string, path: string) {
  const params: { [name: string]: string } = {};
  let at = ROOT;
  for (const part of path.slice(1).split('/')) {
    const literal = at.literals.get(part);
    if (literal !== undefined) {
      at = literal;
    } else if (at.param !== undefined && part !== '') {
      params[at.param.name] = decoded(part);
      at = at.param.next;
    } else {
      throw new Refusal(404, `No resource at ${path}`);
    }
  }
  const found = at.routes.get(method);
  if (found !== undefined) return { route: found, params };
  throw at.routes.size === 0
    ? new Refusal(404, `No resource at ${path}`)
    : new Refusal(405, `Method ${method} is not allowed`);
}

function decoded(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, `Malformed path segment '${part}'`);
  }
}
