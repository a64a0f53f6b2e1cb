import { baseOf, kindOf } from '../plan/keys.js';
import type { KindName, Resource } from '../plan/resource.js';
import { account } from './account.js';
import { e911Correction } from './address-correction.js';
import { businessLine } from './business-line.js';
import { callHandling } from './call-handling.js';
import { callingPlan } from './calling-plan.js';
import { device } from './device.js';
import { huntFailover } from './hunt-failover.js';
import { huntGroup } from './hunt-group.js';
import type { Kind } from './kind.js';
import { number } from './number.js';
import { portAssignment } from './port-assignment.js';
import { portOrder } from './port-order.js';
import { reference } from './reference.js';
import { sipTrunk } from './sip-trunk.js';
import { user } from './user.js';
import { userSettings } from './user-settings.js';
import { userVoicemail } from './user-voicemail.js';
import { voicemailBox } from './voicemail-box.js';

// biome-ignore lint/suspicious/noExplicitAny: each kind has records and identities of its own
export type AnyKind = Kind<any, any>;

/** Every kind of resource. A kind that is named in `plan/resource.ts` and is not here does not compile. */
export const KINDS: Readonly<Record<KindName, AnyKind>> = {
  account,
  user,
  portOrder,
  number,
  businessLine,
  voicemailBox,
  callHandling,
  portAssignment,
  huntGroup,
  huntFailover,
  sipTrunk,
  reference,
  e911Correction,
  userSettings,
  userVoicemail,
  callingPlan,
  device,
};

/** Whether a kind is an object of its own; a setting is on another object, and goes with it. */
export function isObject({ kind }: { readonly kind: KindName }): boolean {
  return KINDS[kind].settingOf === null;
}

/** The kind of object that a resource is, or is set on. */
export function objectOf({ kind, key }: Pick<Resource, 'kind' | 'key'>): KindName {
  const { settingOf } = KINDS[kind];
  return settingOf === 'owner' ? (kindOf(baseOf(key)) as KindName) : (settingOf ?? kind);
}

/**
 * The kinds of objects that undo deletes, in waves: each after those that must be gone before it, as they say themselves.
 * @throws Error when kinds wait for each other in a circle
 */
export function undoWaves(): (readonly KindName[])[] {
  const waves: KindName[][] = [];
  let left = (Object.keys(KINDS) as KindName[]).filter(
    (kind) => KINDS[kind].takeBack !== null && isObject({ kind }),
  );
  while (left.length > 0) {
    const wave = left.filter((name) => !KINDS[name].takeBack?.after.some((before) => left.includes(before)));
    if (wave.length === 0) throw new Error(`${left.join(', ')} wait for each other to be deleted`);
    waves.push(wave);
    left = left.filter((name) => !wave.includes(name));
  }
  return waves;
}
