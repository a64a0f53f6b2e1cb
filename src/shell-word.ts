/** What a terminal would obey instead of showing it; see `screen/plain-text.ts`. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;
/**
 * What means something between double quotes: to bash and zsh (`!`, too, where a person types), to PowerShell (which
 * takes curly quotes for quotes), or at the end to whoever takes the words of a Windows program apart.
 */
const OF_DOUBLE_QUOTES = /[$`"!\u201c-\u201e]|\\(?=\\|$)/u;
/** What ends single quotes, curly ones in PowerShell. */
const OF_SINGLE_QUOTES = /['\u2018-\u201b]/gu;

/**
 * A word as a shell takes it whole, and a terminal shows it whole. It is written in the one way that bash, zsh,
 * PowerShell and cmd.exe read alike; where there is none, as the shell of the system wants it (cmd.exe then does not).
 *
 * @param onWindows the shell of the system is PowerShell
 */
export function shellWord(text: string, onWindows = process.platform === 'win32'): string {
  // A comma makes a list in PowerShell.
  if (/^-{0,2}[\w./][\w./@%+=:-]*$/.test(text)) return text;
  const isSeen = text.search(UNSEEN) < 0;
  if (isSeen && !OF_DOUBLE_QUOTES.test(text)) return `"${text}"`;
  if (isSeen && text.search(OF_SINGLE_QUOTES) < 0) return `'${text}'`;
  if (onWindows)
    return isSeen
      ? `'${text.replace(OF_SINGLE_QUOTES, '$&$&')}'`
      : `"${text.replace(/[$`"\u201c-\u201e]/gu, '`$&').replace(UNSEEN, (each) => `$([char]${each.charCodeAt(0)})`)}"`;
  if (isSeen) return `'${text.replaceAll("'", "'\\''")}'`;
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
