import { existsSync } from 'node:fs';
import { StopError } from '../errors.js';
import { type Edits, readEdits } from '../records/edits.js';
import type { RunFacts } from './state.js';

/**
 * The edits of a run; null where it has none.
 * @throws StopError `EDITS_CHANGED` when they are others than it began with, and as {@link readEdits}
 */
export async function editsOf({ edits: known }: RunFacts): Promise<Edits | null> {
  if (known === undefined) return null;
  const edits = await readEdits(known.file);
  if (edits.sha256 === known.sha256) return edits;
  throw new StopError(
    'EDITS_CHANGED',
    `${known.file} is not what it was when this run began.`,
    'Put the original back to resume, or start a new run with the changed edits: what is there already is recognised and not created again.',
  );
}

/**
 * As {@link editsOf}, for a run that goes on: edits that are gone are no change once its rows are in the journal.
 * @throws StopError `EDITS_CHANGED`
 */
export async function refuseChangedEdits(facts: RunFacts, isLoaded: boolean): Promise<void> {
  if (isLoaded && facts.edits !== undefined && !existsSync(facts.edits.file)) return;
  await editsOf(facts);
}
