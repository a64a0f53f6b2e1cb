const MASK = '********';
/** Shorter ones would be found in every second word. */
const MIN_LENGTH = 4;
/** A shorter one is masked only where it stands alone: as part of another word it is most likely none. */
const MIN_LENGTH_ANYWHERE = 8;

/** Every way of writing a known secret: by its first {@link MIN_LENGTH} characters, then by length, the longest first. */
const known = new Map<string, Map<number, Set<string>>>();

/**
 * Remembers a secret for as long as the process lives: a log-in password, a token, SIP credentials. Whatever learns or
 * sends one calls this first, so that {@link withoutSecrets} finds it in what comes back.
 */
export function keepSecret(secret: string): void {
  for (const written of writtenForms(secret)) {
    if (written.length < MIN_LENGTH) continue;
    const start = written.slice(0, MIN_LENGTH);
    const lengths = known.get(start) ?? new Map<number, Set<string>>();
    const same = lengths.get(written.length);
    if (same) same.add(written);
    else
      known.set(
        start,
        new Map([...lengths, [written.length, new Set([written])] as const].sort(([a], [b]) => b - a)),
      );
  }
}

/** As it is, in JSON, in a URL, in a form, and in a page. */
function writtenForms(secret: string): Set<string> {
  const forms = new Set([secret]);
  if (/^[\w.-]*$/.test(secret)) return forms;
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inPage = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return forms
    .add(JSON.stringify(secret).slice(1, -1))
    .add(inUrl)
    .add(inUrl.toLowerCase())
    .add(new URLSearchParams({ '': secret }).toString().slice(1))
    .add(inPage)
    .add(inPage.replaceAll('"', '&quot;').replaceAll("'", '&#39;'));
}

/** The text with every known secret replaced. Its cost does not grow with the number of secrets. */
export function withoutSecrets(text: string): string {
  if (known.size === 0) return text;
  let masked = '';
  let from = 0;
  for (let at = 0; at <= text.length - MIN_LENGTH; at++) {
    const length = lengthOfSecret(text, at);
    if (length === 0) continue;
    masked += text.slice(from, at) + MASK;
    from = at + length;
    at = from - 1;
  }
  return from === 0 ? text : masked + text.slice(from);
}

/** The length of the longest known secret that begins there; 0 when none does. */
function lengthOfSecret(text: string, at: number): number {
  for (const [length, secrets] of known.get(text.slice(at, at + MIN_LENGTH)) ?? []) {
    if (!secrets.has(text.slice(at, at + length))) continue;
    if (length >= MIN_LENGTH_ANYWHERE || standsAlone(text, at, at + length)) return length;
  }
  return 0;
}

function standsAlone(text: string, start: number, end: number): boolean {
  return !/[\w-]/.test(`${text[start - 1] ?? ''}${text[end] ?? ''}`);
}
