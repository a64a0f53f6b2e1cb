import { ACT_NAMES, type ActName } from '../../plan/resource.js';
import type { Act } from './act.js';
import { goLive } from './go-live.js';
import { move } from './move.js';
import { release } from './release.js';
import { trigger } from './trigger.js';
import { welcomeMail } from './welcome-mail.js';

/** Every act. One that is named in `plan/resource.ts` and is not here does not compile. */
export const ACTS: Readonly<Record<ActName, Act>> = { release, move, goLive, trigger, welcomeMail };

/** The act that a step of a journal is of; undefined for a step of a resource. */
export function actOf({ kind }: { readonly kind: string }): Act | undefined {
  const name = ACT_NAMES.find((each) => each === kind);
  return name && ACTS[name];
}
