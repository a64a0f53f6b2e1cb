import { type CopyResult, writeCorrectedCopy } from '../load/corrected-copy.js';
import { readEdits } from '../records/edits.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { readingOptions, settingsOf } from './settings.js';

/** A copy of a sheet that is asked for. */
export interface CopyRequest {
  readonly sheet: string;
  /** paths of what belongs to it; null where there is none */
  readonly profile: string | null;
  readonly edits: string | null;
  readonly out: string;
  readonly format: SheetFormat;
  /** SIP passwords and PINs stand in it; they are masked otherwise */
  readonly hasSecrets: boolean;
}

/**
 * Writes a copy of a sheet with its edits made; see `writeCorrectedCopy`.
 * @throws StopError as that, and for a profile or edits that cannot be read
 */
export async function correctedCopy({
  profile: path,
  edits: editsPath,
  ...task
}: CopyRequest): Promise<CopyResult> {
  const { settings, profile } = await settingsOf({ options: path === null ? {} : { profile: path } });
  const edits = editsPath === null ? null : await readEdits(editsPath);
  return writeCorrectedCopy({ ...task, edits, reading: readingOptions(profile, settings) });
}
