import { type Conflict, keepsMine } from './grid-conflict.js';

/** One cell, or one row that is left out. */
export type Wanted = { readonly sheet: string | null; readonly row: number } & (
  | { readonly header: string; readonly was: string; readonly text: string }
  | { readonly omit: true }
);

/** What was typed for a text that other rows have, too: it can be used for it in all of them. */
export interface Alike {
  readonly column: string;
  readonly text: string;
  readonly use: string;
  /** how many further rows have it */
  readonly rows: number;
}

/** What the server says to a change. */
interface Told {
  readonly revision?: string;
  readonly alike?: Alike | null;
  readonly cells?: readonly Conflict[];
  readonly error?: { readonly message: string; readonly hint: string };
}

/** Who hears of changes. */
interface Listener {
  /** the sheet is another now */
  changed(said: string, alike: Alike | null): void;
  /** nothing was changed: what is shown may not be what is there */
  refused(said: string): void;
}

const UNREACHABLE = 'The server cannot be reached: the change is not kept. Make it again.';

/** Sends changes one after another: each says which state of the sheet it has seen. */
export class Changes {
  readonly #address: string;
  readonly #listener: Listener;
  #turn: Promise<void> = Promise.resolve();
  /** of the sheet as it was last seen */
  revision: string;

  constructor(sheet: string, revision: string, listener: Listener) {
    this.#address = `/sheets/${sheet}`;
    this.revision = revision;
    this.#listener = listener;
  }

  /** Does something when no change is on its way. */
  inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work);
  }

  /** Changes a cell, or leaves a row out. */
  edit(wanted: Wanted): void {
    this.inTurn(() => this.#edit(wanted));
  }

  /** Takes an edit back. */
  undo(n: number): void {
    this.inTurn(async () => {
      const { isDone, told } = await this.#send('DELETE', (seen) => `edits/${n}?revision=${seen}`);
      if (isDone) this.#listener.changed('Undone.', null);
      else this.#refuse(told);
    });
  }

  /** Uses a text for another one in all rows: it is kept in the profile. */
  use({ column, text, use, rows }: Alike): void {
    this.inTurn(async () => {
      const send = () => this.#send('POST', () => 'values/use', { column, text, use });
      const first = await send();
      // what is in the cells of others is as alike as it was
      const { isDone, told } = first.isOld ? await send() : first;
      if (isDone)
        this.#listener.changed(
          `Used in ${rows.toLocaleString('en-US')} further ${rows === 1 ? 'row' : 'rows'}, and kept in the profile.`,
          null,
        );
      else this.#refuse(told);
    });
  }

  async #edit(wanted: Wanted, mayRepeat = true): Promise<void> {
    const { isDone, isOld, told } = await this.#send('POST', () => 'edits', { edits: [wanted] });
    if (isDone) return this.#listener.changed('Saved.', told?.alike ?? null);
    const [theirs] = told?.cells ?? [];
    // it has changed elsewhere: what is wanted here is as right as it was
    if (isOld && theirs === undefined && mayRepeat) return this.#edit(wanted, false);
    if (theirs === undefined || 'omit' in wanted) return this.#refuse(told);
    if (await keepsMine(wanted, theirs)) return this.#edit({ ...wanted, was: theirs.text });
    this.#listener.refused(`What ${theirs.by} has typed is kept.`);
  }

  #refuse(told: Told | null): void {
    const { message, hint } = told?.error ?? {};
    this.#listener.refused(message === undefined ? UNREACHABLE : `${message} ${hint ?? ''}`);
  }

  /** @returns also whether it was refused since the sheet is another by now */
  async #send(method: string, path: (seen: string) => string, body?: object) {
    const seen = this.revision;
    const sent = body && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ revision: seen, ...body }),
    };
    const answer = await fetch(`${this.#address}/${path(seen)}`, { method, ...sent }).catch(() => null);
    const told = answer && ((await answer.json().catch(() => null)) as Told | null);
    if (told?.revision !== undefined) this.revision = told.revision;
    const isOld = answer?.status === 409 && told?.revision !== undefined && told.revision !== seen;
    return { isDone: answer?.ok === true, isOld, told };
  }
}
