import { errorFacts } from '../../errors.js';
import { type CopyRequest, correctedCopy } from '../../run/corrected-copy.js';

/** What the process answers. */
export type CopyAnswer =
  | { readonly lost: number }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };

// The code of a process of its own: a large sheet would keep the server from answering meanwhile.
process.once('message', (request: CopyRequest) => {
  const answer = (told: CopyAnswer) => process.send?.(told, () => process.disconnect());
  correctedCopy(request).then(answer, (error: unknown) => {
    const { code, message, hint } = errorFacts(error);
    answer({ error: { code, message, hint } });
  });
});
