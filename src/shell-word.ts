/** What a terminal would obey instead of showing it; see `screen/plain-text.ts`. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** A word as a shell takes it whole, and a terminal shows it whole. */
export function shellWord(text: string): string {
  if (/^-{0,2}[\w./][\w./@%+=:,-]*$/.test(text)) return text;
  if (text.search(UNSEEN) < 0) return `'${text.replaceAll("'", "'\\''")}'`;
  // The one form that can hold them in sight; it is known to bash, zsh and ksh.
  return `$'${text.replace(/[\\']/g, '\\$&').replace(UNSEEN, escaped)}'`;
}

/** A path as a shell takes it whole, and a command takes it for no option; `-` stays standard input. */
export function shellPath(path: string): string {
  if (path === '-') return path;
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
