import type { Reach } from './reach.js';

/** Where a server can be reached. */
export interface Site {
  /** values of `Host` that it answers to, such as `127.0.0.1:8321` */
  readonly hosts: ReadonlySet<string>;
  /** the origins of its own pages */
  readonly origins: ReadonlySet<string>;
  /** those of the hosts that browsers reach encrypted */
  readonly encrypted: ReadonlySet<string>;
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 403 | 421;
  readonly code: 'WRONG_HOST' | 'CROSS_SITE';
  readonly message: string;
  readonly hint: string;
}

/** The site of a server on this machine, and of the one further address that it has, such as that of a proxy before it. */
export function siteOf(port: number, { tls, publicUrl }: Pick<Reach, 'tls' | 'publicUrl'>): Site {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  const origins = hosts.map((host) => `${tls ? 'https' : 'http'}://${host}`);
  const encrypted = tls ? [...hosts] : [];
  if (publicUrl) {
    hosts.push(publicUrl.host);
    origins.push(publicUrl.origin);
    if (publicUrl.protocol === 'https:') encrypted.push(publicUrl.host);
  }
  return { hosts: new Set(hosts), origins: new Set(origins), encrypted: new Set(encrypted) };
}

const HINT = 'Open the page at the address that the server printed.';

/**
 * What keeps other sites away. A name that somebody has pointed to this machine shows in `Host` alone; pages of other
 * sites show in `Origin` and `Sec-Fetch-Site`, of which older browsers and plain HTTP bring one or neither. A link from
 * elsewhere may open a page, which changes nothing.
 *
 * @returns null for a request that may be answered
 */
export function refusalOf(method: string, headers: Headers, site: Site): Refusal | null {
  const host = headers.get('host')?.toLowerCase() ?? '';
  if (!site.hosts.has(host))
    return {
      status: 421,
      code: 'WRONG_HOST',
      message: 'This server is not reached by that name.',
      hint: HINT,
    };
  const crossSite: Refusal = {
    ...{ status: 403, code: 'CROSS_SITE' },
    ...{ message: 'The request came from another site.', hint: HINT },
  };
  const reads = method === 'GET' || method === 'HEAD';
  const origin = headers.get('origin');
  if (origin !== null && !site.origins.has(origin.toLowerCase())) return crossSite;
  const from = headers.get('sec-fetch-site');
  if (from !== null && from !== 'same-origin' && from !== 'none') {
    const opensPage =
      method === 'GET' &&
      headers.get('sec-fetch-mode') === 'navigate' &&
      headers.get('sec-fetch-dest') === 'document';
    if (!opensPage) return crossSite;
  }
  // A key comes with no request that a page of another site can make without asking first.
  const hasKey = headers.get('authorization') !== null;
  return reads || origin !== null || from !== null || hasKey ? null : crossSite;
}

/** Whether an IP address is one of this machine itself, where whoever comes through a tunnel comes from, too. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^127(\.\d+){3}$/.test(address);
}

/** What every answer carries. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'X-Content-Type-Options': 'nosniff',
  // Nothing to other sites, as with `no-referrer`; but with that, forms would say that their own origin is `null`.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Of how many somebodies is known before those whose time is over are forgotten. */
const MANY = 1000;

/** Counts what may happen only so often within a time. */
export class Limit {
  readonly #most: number;
  readonly #withinMs: number;
  readonly #times = new Map<string, number[]>();

  constructor(most: number, withinMs: number) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** Whether it has happened too often for somebody already. */
  isReached(who: string): boolean {
    return this.#recent(who).length >= this.#most;
  }

  count(who: string): void {
    if (this.#times.size >= MANY) for (const each of [...this.#times.keys()]) this.#recent(each);
    this.#times.set(who, [...this.#recent(who), performance.now()]);
  }

  /** Takes the latest back: it was none of those that are counted. */
  takeBack(who: string): void {
    this.#times.get(who)?.pop();
  }

  #recent(who: string): number[] {
    const since = performance.now() - this.#withinMs;
    const recent = (this.#times.get(who) ?? []).filter((time) => time > since);
    if (recent.length === 0) this.#times.delete(who);
    return recent;
  }
}
