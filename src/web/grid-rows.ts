/** A column of the sheet. */
export interface Column {
  readonly header: string;
  readonly isSecret: boolean;
  readonly canEdit: boolean;
}

export interface Problem {
  /** of the column; -1 for the row as a whole */
  readonly at: number;
  readonly isError: boolean;
  readonly message: string;
  readonly hint: string;
}

export interface Edited {
  readonly n: number;
  readonly was: string;
  readonly by: string;
  readonly at: string;
}

/** A row as it was checked, with the edits of now. */
export interface Row {
  /** among the rows that are looked at */
  readonly index: number;
  /** as the spreadsheet shows it */
  readonly row: number;
  readonly cells: string[];
  readonly problems: readonly Problem[];
  readonly edited: Record<number, Edited>;
  readonly omitted: Omit<Edited, 'was'> | null;
}

interface Window {
  readonly total: number;
  readonly rows: readonly Row[];
}

/** Who hears of rows. */
interface Listener {
  /** some are there, or there are more or fewer of them */
  loaded(first: number, last: number): void;
  failed(said: string): void;
}

const WINDOW_ROWS = 100;
const MOST_WINDOWS = 30;
/** Windows are asked for so often at most: what is only scrolled past is not. */
const LOAD_MS = 200;
const AGAIN_MS = 2000;

/** The rows that are looked at, a window at a time from the server: the last used stay, whatever the sheet has. */
export class Rows {
  readonly #address: string;
  readonly #query: URLSearchParams;
  readonly #listener: Listener;
  /** null while it is on its way */
  #windows = new Map<number, readonly Row[] | null>();
  #seen: readonly number[] = [];
  #loading: ReturnType<typeof setTimeout> | undefined;
  /** when windows were last asked for */
  #loaded = 0;
  /** bumped when all that was loaded is old */
  #generation = 0;
  total: number;

  /** @param query which rows of the sheet are looked at */
  constructor(sheet: string, query: URLSearchParams, total: number, listener: Listener) {
    this.#address = `/sheets/${sheet}/rows`;
    this.#query = query;
    this.total = total;
    this.#listener = listener;
  }

  /** Null while it is not there. */
  at(index: number): Row | null {
    const window = windowOf(index);
    return this.#windows.get(window)?.[index - window * WINDOW_ROWS] ?? null;
  }

  /** Loads soon what is on the screen now and not there. */
  want(seen: readonly number[]): void {
    this.#seen = seen;
    if (this.#loading !== undefined) return;
    const wait = Math.max(0, this.#loaded + LOAD_MS - performance.now());
    this.#loading = setTimeout(() => {
      this.#loading = undefined;
      this.#loaded = performance.now();
      for (const window of new Set(this.#seen.map(windowOf)))
        if (!this.#windows.has(window)) void this.#load(window);
    }, wait);
  }

  /** Loads the window of a row unless it is there. */
  async bring(index: number): Promise<void> {
    if (!this.#windows.get(windowOf(index))) await this.#load(windowOf(index));
  }

  /** What was loaded is old; what is on the screen stays until the new is there. */
  async forget(): Promise<void> {
    this.#generation++;
    const old = this.#windows;
    this.#windows = new Map();
    const loads = [...new Set(this.#seen.map(windowOf))].map((window) => {
      const load = this.#load(window);
      const rows = old.get(window);
      if (rows) this.#windows.set(window, rows);
      return load;
    });
    await Promise.all(loads);
  }

  /**
   * The index of a row by its number, or of the next that is looked at; of the next row with a problem from an index on,
   * or of the one before. Null where there is none.
   */
  async seek(what: 'row' | 'next' | 'previous', at: number): Promise<number | null> {
    const answer = (await this.#ask({ seek: what, at: String(at) })) as { index: number | null } | null;
    return answer?.index ?? null;
  }

  async #load(window: number): Promise<void> {
    const generation = this.#generation;
    this.#windows.set(window, null);
    const first = window * WINDOW_ROWS;
    const answer = await this.#ask({ from: String(first), count: String(WINDOW_ROWS) });
    if (generation !== this.#generation) return;
    if (answer === null) {
      this.#windows.delete(window);
      setTimeout(() => this.want(this.#seen), AGAIN_MS);
      return;
    }
    const { total, rows } = answer as Window;
    this.#windows.set(window, rows);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MOST_WINDOWS) break;
      if (oldest !== window) this.#windows.delete(oldest);
    }
    this.total = total;
    this.#listener.loaded(first, first + WINDOW_ROWS - 1);
  }

  async #ask(more: Readonly<Record<string, string>>): Promise<unknown> {
    const query = new URLSearchParams([...this.#query, ...Object.entries(more)]);
    const answer = await fetch(`${this.#address}?${query}`).catch(() => null);
    if (answer?.ok) return answer.json();
    this.#listener.failed(
      answer === null ? 'The server cannot be reached.' : 'The rows could not be loaded.',
    );
    return null;
  }
}

function windowOf(index: number): number {
  return Math.floor(Math.max(0, index) / WINDOW_ROWS);
}
