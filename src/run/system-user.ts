import { userInfo } from 'node:os';

/** Who runs this process, as the system calls them. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // a user without an entry in the system's list of users
    return String(process.getuid?.() ?? 'unknown');
  }
}
