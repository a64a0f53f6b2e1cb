import type { Journal } from '../journal/journal.js';
import { keyOf } from '../plan/keys.js';
import type { ActName, Resource } from '../plan/resource.js';
import type { RowValues } from '../records/columns.js';
import type { ImportRecord } from '../records/record.js';
import { isActDone } from './run-acts.js';

/** A resource as it is to be by now: what the cut-over has done to a number is no difference from its sheet. */
export function afterCutover(journal: Journal<ImportRecord>, resource: Resource): Resource {
  const { kind, key, values } = resource;
  if (kind !== 'number' && kind !== 'reference') return resource;
  const isNumber = kind === 'number';
  const isDone = (act: ActName, of: string) => isActDone(journal.step(keyOf.of(act, of)));
  const by: RowValues = {};
  if (isNumber && values.operationalStatus === 'STAGED' && isDone('goLive', key))
    by.operationalStatus = 'ACTIVE';
  if (isNumber && values.holdActivation === true && isDone('release', key)) by.holdActivation = false;
  const moved = values.movesFrom !== undefined && isDone('move', isNumber ? keyOf.of('reference', key) : key);
  if (!moved && Object.keys(by).length === 0) return resource;
  const changed = <V extends RowValues>(all: V): V => {
    const { movesFrom: _moved, ...others } = all;
    return { ...(moved ? others : all), ...by } as V;
  };
  return { ...resource, values: changed(values), given: changed(resource.given) };
}
