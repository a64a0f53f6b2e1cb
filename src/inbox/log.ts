import { appendFileSync } from 'node:fs';

/** `inbox.log`: what an inbox did, a line of JSON each. */
export type InboxLog = (event: string, details?: Readonly<Record<string, unknown>>) => void;

/** The log is a help, not a promise: what cannot be written is not. */
export function openInboxLog(file: string): InboxLog {
  return (event, details = {}) => {
    const line = `${JSON.stringify({ at: new Date().toISOString(), event, ...details })}\n`;
    try {
      appendFileSync(file, line, { mode: 0o600 });
    } catch {
      // a full disk, or a folder that is gone, is told elsewhere
    }
  };
}
