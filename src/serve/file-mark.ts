import { statSync } from 'node:fs';

/** What is another text once a file is another; '-' where there is none. */
export function fileMark(path: string | null): string {
  const stats = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '-';
}
