import type { Server } from 'node:tls';
import { errorFacts } from '../errors.js';
import { fileMark } from './file-mark.js';
import { type ReachRequest, tlsOf } from './reach.js';

/** How often it is looked whether a certificate was renewed, milliseconds. */
const LOOK_MS = 5000;

/**
 * Shows browsers the new certificate once the files are another pair that belongs together; until then, and whatever is
 * wrong with a new one, the last good one. Connections that are open keep theirs.
 * @returns ends it
 */
export function followCertificate(
  request: ReachRequest,
  server: Pick<Server, 'setSecureContext'>,
  log: (line: Readonly<Record<string, unknown>>) => void,
): () => void {
  const marks = () => {
    try {
      return [request.tlsCert, request.tlsKey].map((file) => fileMark(file ?? null)).join(' ');
    } catch {
      return 'out of reach';
    }
  };
  let seen = marks();
  const timer = setInterval(() => {
    const now = marks();
    if (now === seen) return;
    seen = now;
    try {
      const renewed = tlsOf(request);
      if (renewed) server.setSecureContext(renewed);
      log({ level: 'info', message: `The certificate ${request.tlsCert} was taken anew.` });
    } catch (error) {
      // one of the two may have been replaced and the other not yet
      const { code, message } = errorFacts(error);
      log({ level: 'warn', code, message: `${message} The one before it is shown on.` });
    }
  }, LOOK_MS);
  return () => clearInterval(timer);
}
