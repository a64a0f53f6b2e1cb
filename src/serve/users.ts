import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { StopError } from '../errors.js';
import { acquireLock, type Lock } from '../journal/lock.js';
import { writeFileAtomic } from '../sheet/write/atomic.js';
import { fileMark } from './file-mark.js';
import { faultOfPassword, isPassword, type KeptPassword, keptOf } from './passwords.js';
import { isRole, type Role } from './roles.js';
import { hashOf, secret } from './token.js';

/** Somebody who logs in with a password. */
export interface User {
  readonly name: string;
  readonly role: Role;
  readonly since: string;
  readonly password: KeptPassword;
}

/** What a script shows in place of a log-in. */
export interface Key {
  readonly name: string;
  readonly role: Role;
  readonly since: string;
  /** SHA-256 of the key, which nobody guesses: 32 random bytes */
  readonly hash: string;
}

interface UsersFile {
  readonly form: typeof FORM;
  readonly users: readonly User[];
  readonly keys: readonly Key[];
}

const FORM = 1;
const NONE: UsersFile = { form: FORM, users: [], keys: [] };

/** How long somebody else's change of the file is waited for, milliseconds. */
const WAIT_MS = 5000;

const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/i;
const KEY = /^aik_[\w-]{43}$/;

/**
 * Who may come in, as `users.json` says. A server looks at the file with every request, so that a user whom the command
 * line takes away is gone at once; each change is made under a lock, whoever makes it.
 */
export class Users {
  readonly #file: string;
  #kept: { readonly mark: string; readonly content: UsersFile } | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** By name. @throws StopError `USERS_UNREADABLE` */
  list(): readonly User[] {
    return [...this.#read().users].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** By name. @throws StopError `USERS_UNREADABLE` */
  keys(): readonly Key[] {
    return [...this.#read().keys].sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Names are the same in small and capital letters. */
  find(name: string): User | null {
    return this.#read().users.find((user) => isSame(user.name, name)) ?? null;
  }

  /** The user with that name and that password; null when there is none, after the same time. */
  async check(name: string, password: string): Promise<User | null> {
    const user = this.find(name);
    return (await isPassword(password, user?.password ?? null)) ? user : null;
  }

  keyOf(text: string): Key | null {
    if (!KEY.test(text)) return null;
    const hash = hashOf(text);
    return this.#read().keys.find((key) => key.hash === hash) ?? null;
  }

  /** @throws StopError `NAME_INVALID`, `NAME_TAKEN`, `PASSWORD_REFUSED` */
  async add(name: string, role: Role, password: string): Promise<void> {
    checkName(name);
    const kept = await this.#keptOf(name, password);
    await this.#change((file) => {
      if (file.users.some((user) => isSame(user.name, name)))
        throw taken(`There is a user ${name} already.`, 'Use password or role to change that one.');
      return { ...file, users: [...file.users, { name, role, since: now(), password: kept }] };
    });
  }

  /** @throws StopError `NO_USER` @returns the role before */
  setRole(name: string, role: Role): Promise<Role> {
    return this.#changeUser(name, (user) => ({ ...user, role })).then((before) => before.role);
  }

  /** @throws StopError `NO_USER`, `PASSWORD_REFUSED` */
  async setPassword(name: string, password: string): Promise<void> {
    const kept = await this.#keptOf(name, password);
    await this.#changeUser(name, (user) => ({ ...user, password: kept }));
  }

  /** @throws StopError `NO_USER` */
  async remove(name: string): Promise<void> {
    await this.#changeUser(name, () => null);
  }

  /** @throws StopError `NAME_INVALID`, `NAME_TAKEN` @returns the key, which is kept nowhere */
  async addKey(name: string, role: Role): Promise<string> {
    checkName(name);
    const key = `aik_${secret()}`;
    await this.#change((file) => {
      if (file.keys.some((each) => isSame(each.name, name)))
        throw taken(`There is a key ${name} already.`, 'Remove it first, or choose another name.');
      return { ...file, keys: [...file.keys, { name, role, since: now(), hash: hashOf(key) }] };
    });
    return key;
  }

  /** @throws StopError `NO_KEY` */
  async removeKey(name: string): Promise<void> {
    await this.#change((file) => {
      const keys = file.keys.filter((key) => !isSame(key.name, name));
      if (keys.length === file.keys.length) throw unknown('NO_KEY', `There is no key ${name}.`);
      return { ...file, keys };
    });
  }

  async #keptOf(name: string, password: string): Promise<KeptPassword> {
    const fault = faultOfPassword(password, name);
    if (fault !== null)
      throw new StopError('PASSWORD_REFUSED', fault, 'Choose another: a few words are best.');
    return keptOf(password);
  }

  /** @returns the user as it was */
  async #changeUser(name: string, change: (user: User) => User | null): Promise<User> {
    let before: User | undefined;
    await this.#change((file) => {
      before = file.users.find((user) => isSame(user.name, name));
      if (!before) throw unknown('NO_USER', `There is no user ${name}.`);
      return {
        ...file,
        users: file.users.flatMap((user) => (user === before ? (change(user) ?? []) : [user])),
      };
    });
    return before as User;
  }

  async #change(change: (file: UsersFile) => UsersFile): Promise<void> {
    const lock = await this.#lock();
    try {
      await writeFileAtomic(this.#file, `${JSON.stringify(change(this.#read()), null, 2)}\n`);
    } finally {
      lock.release();
    }
  }

  async #lock(): Promise<Lock> {
    const until = performance.now() + WAIT_MS;
    for (;;)
      try {
        return acquireLock(`${this.#file}.lock`, this.#file);
      } catch (error) {
        const isBusy = error instanceof StopError && error.code === 'LOCKED';
        if (!isBusy || performance.now() > until) throw error;
        await wait(50);
      }
  }

  #read(): UsersFile {
    if (!existsSync(this.#file)) return NONE;
    const mark = fileMark(this.#file);
    if (this.#kept?.mark !== mark) this.#kept = { mark, content: readFile(this.#file) };
    return this.#kept.content;
  }
}

/** What a session of a user is good for: as long as this is the same. */
export function markOf({ name, role, password }: User): string {
  return hashOf(JSON.stringify([name, role, password.hash]));
}

function readFile(file: string): UsersFile {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as UsersFile;
    const { form, users, keys } = content;
    const known =
      form === FORM && [...users, ...keys].every(({ name, role }) => NAME.test(name) && isRole(role));
    if (known) return content;
    throw new Error('it is of another form');
  } catch (cause) {
    throw new StopError(
      'USERS_UNREADABLE',
      `${file} cannot be read: ${(cause as Error).message}`,
      'Put it back from a backup, or move it away and add the users again: alianza-import serve user add NAME --role R',
      { cause },
    );
  }
}

function checkName(name: string): void {
  if (!NAME.test(name))
    throw new StopError(
      'NAME_INVALID',
      `${JSON.stringify(name)} cannot be a name.`,
      'A name has up to 64 letters, digits, dots, dashes, underscores and @, and begins with a letter or digit.',
    );
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const now = () => new Date().toISOString();
const taken = (message: string, hint: string) => new StopError('NAME_TAKEN', message, hint);
const unknown = (code: string, message: string) =>
  new StopError(
    code,
    message,
    `See who is there: alianza-import serve ${code === 'NO_KEY' ? 'key' : 'user'} list`,
  );
