import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What is kept of a password: scrypt of it, with what that was made with. */
export interface KeptPassword {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** base64url */
  readonly salt: string;
  /** base64url */
  readonly hash: string;
}

type Cost = Pick<KeptPassword, 'n' | 'r' | 'p'>;

const COST: Cost = { n: 2 ** 15, r: 8, p: 1 };
const BYTES = 32;

/** A password has at least so many characters, and at most so many. */
const LEAST = 12;
const MOST = 200;

/** Why a password cannot be one; null when it can. */
export function faultOfPassword(password: string, user: string): string | null {
  const length = [...password].length;
  if (length < LEAST) return `A password has ${LEAST} characters or more.`;
  if (length > MOST) return `A password has ${MOST} characters at most.`;
  if (password.toLowerCase() === user.toLowerCase()) return 'A password is another word than the name.';
  return null;
}

export async function keptOf(password: string): Promise<KeptPassword> {
  const salt = randomBytes(16);
  const hash = await derived(password, salt, COST);
  return { ...COST, salt: salt.toString('base64url'), hash: hash.toString('base64url') };
}

/** Nobody's: what a try for a name that is not there is compared with, so that it takes as long. */
const NOBODYS: KeptPassword = {
  ...COST,
  salt: randomBytes(16).toString('base64url'),
  hash: randomBytes(BYTES).toString('base64url'),
};

/** Whether a password is the one that is kept; of null, after the same time, it is not. */
export async function isPassword(password: string, kept: KeptPassword | null): Promise<boolean> {
  const { salt, hash, ...cost } = kept ?? NOBODYS;
  const wanted = Buffer.from(hash, 'base64url');
  const given = await derived(password.slice(0, MOST * 2), Buffer.from(salt, 'base64url'), cost);
  return given.length === wanted.length && timingSafeEqual(given, wanted) && kept !== null;
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time: each takes 32 MB and a sixth of a second. */
function derived(password: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> {
  const next = last.then(
    () =>
      new Promise<Buffer>((resolve, reject) =>
        scrypt(password.normalize('NFKC'), salt, BYTES, { N: n, r, p, maxmem: 256 * n * r }, (error, key) =>
          error ? reject(error) : resolve(key),
        ),
      ),
  );
  last = next.catch(() => {});
  return next;
}
