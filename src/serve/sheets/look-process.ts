import { errorFacts } from '../../errors.js';
import { lookAtSheet, type TableLook } from '../../run/look-at-sheet.js';

/** What the process is asked. */
export interface LookRequest {
  readonly file: string;
  readonly profile: string | null;
}

/** What it answers. */
export type LookAnswer =
  | { readonly tables: readonly TableLook[] }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly hint: string };
      /** where no header is known: the tables whose headers are most probably those that were found */
      readonly likely?: readonly TableLook[];
    };

// The code of a process of its own: a large sheet would keep the server from answering meanwhile.
process.once('message', ({ file, profile }: LookRequest) => {
  const answer = (told: LookAnswer) => process.send?.(told, () => process.disconnect());
  lookAtSheet(file, profile).then(
    (tables) => answer({ tables }),
    async (error: unknown) => {
      const { code, message, hint } = errorFacts(error);
      const likely = code === 'SHEET_NO_HEADER' ? await lookAtSheet(file, profile, true).catch(() => []) : [];
      answer({ error: { code, message, hint }, ...(likely.length > 0 ? { likely } : {}) });
    },
  );
});
