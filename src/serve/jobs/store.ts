import Database from 'libsql';
import type { ErrorFacts } from '../../errors.js';
import type { Role } from '../roles.js';

/** What can be asked for; `undo-list` tells what `undo` would do. */
export type JobKind =
  | 'check'
  | 'dry-run'
  | 'run'
  | 'resume'
  | 'retry'
  | 'verify'
  | 'follow'
  | 'undo-list'
  | 'undo'
  | 'results';

/** Where a job sends to. */
export interface JobTarget {
  readonly environment: string;
  /** null for the sandbox inside the process */
  readonly baseUrl: string | null;
  /** null: that of the log-in */
  readonly partition: string | null;
}

/** What somebody asked for. */
export interface JobRequest {
  readonly kind: JobKind;
  /** of a check, a dry run and a run */
  readonly sheet?: string;
  readonly revision?: string;
  /** the ID of the run, which is the name of its directory where the job makes it */
  readonly run?: string;
  /** null for what sends nothing */
  readonly target?: JobTarget | null;
  /** further words of the command line */
  readonly args?: readonly string[];
  readonly user: string;
  readonly role: Role;
  /** where the request came from */
  readonly address: string;
  /** the same key of the same user is the same job, so that a double click is one */
  readonly key?: string | null;
}

/** A job as it is kept: who asked for what and when, and how its process ended. */
export interface JobRow {
  readonly id: number;
  readonly kind: JobKind;
  readonly sheet: string | null;
  readonly revision: string | null;
  readonly run: string | null;
  readonly target: JobTarget | null;
  readonly args: readonly string[];
  readonly user: string;
  readonly role: Role;
  readonly address: string;
  /** ISO dates and times */
  readonly askedAt: string;
  /** of its last process; null while it has had none */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** the person who stopped it */
  readonly stoppedBy: string | null;
  /** null while it has not ended, and where its process ended without a word */
  readonly exit: number | null;
  /** what was in its way */
  readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> | null;
  /** processes that were started since it was seen to get on */
  readonly tries: number;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, sheet TEXT, revision TEXT, run TEXT, target TEXT, args TEXT NOT NULL,
  user TEXT NOT NULL, role TEXT NOT NULL, address TEXT NOT NULL, key TEXT, askedAt TEXT NOT NULL, startedAt TEXT, endedAt TEXT,
  stoppedBy TEXT, exit INTEGER, error TEXT, tries INTEGER NOT NULL, UNIQUE (user, key));
CREATE INDEX IF NOT EXISTS jobs_sheet ON jobs (sheet) WHERE sheet IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_run ON jobs (run) WHERE run IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (id) WHERE endedAt IS NULL;
`;

/** Lists of jobs are no longer than that. */
const MOST = 200;

type Changed = Partial<Pick<JobRow, 'startedAt' | 'endedAt' | 'stoppedBy' | 'exit' | 'error' | 'tries'>>;

/** The jobs as the database of the server keeps them: in which order, and what no journal can know of them. */
export class JobStore {
  readonly #database: Database.Database;

  /** @param file the database of the server, which is there */
  constructor(file: string) {
    this.#database = new Database(file);
    this.#database.pragma('journal_mode=WAL');
    this.#database.pragma('synchronous=FULL');
    this.#database.exec(SCHEMA);
  }

  /** The job that a user has asked for with a key; null where there is none. */
  byKey(user: string, key: string): JobRow | null {
    const found = this.#database.prepare('SELECT * FROM jobs WHERE user = ? AND key = ?').get(user, key);
    return found ? rowOf(found) : null;
  }

  /** Adds a job; it is on disk afterwards. */
  add(request: JobRequest): JobRow {
    const { kind, sheet = null, revision = null, run = null, target = null, args = [] } = request;
    const { user, role, address, key = null } = request;
    const { lastInsertRowid: id } = this.#database
      .prepare(
        'INSERT INTO jobs (kind, sheet, revision, run, target, args, user, role, address, key, askedAt, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)',
      )
      .run(
        ...[kind, sheet, revision, run, target && JSON.stringify(target), JSON.stringify(args)],
        ...[user, role, address, key, new Date().toISOString()],
      );
    return this.get(Number(id));
  }

  change(id: number, changed: Changed): JobRow {
    const { error, ...others } = changed;
    const values = {
      ...others,
      ...(error === undefined ? {} : { error: error && JSON.stringify(error) }),
    };
    const names = Object.keys(values).map((name) => `${name} = ?`);
    this.#database
      .prepare(`UPDATE jobs SET ${names.join(', ')} WHERE id = ?`)
      .run(...Object.values(values), id);
    return this.get(id);
  }

  get(id: number): JobRow {
    const found = this.find(id);
    if (found === null) throw new Error(`there is no job ${id}`);
    return found;
  }

  find(id: number): JobRow | null {
    const found = this.#database.prepare('SELECT * FROM jobs WHERE id = ?').get(id);
    return found ? rowOf(found) : null;
  }

  /** Those that have not ended, in the order in which they were asked for. */
  open(): JobRow[] {
    return this.#database.prepare('SELECT * FROM jobs WHERE endedAt IS NULL ORDER BY id').all().map(rowOf);
  }

  /** Those of a sheet, the latest first. */
  ofSheet(sheet: string): JobRow[] {
    const all = this.#database.prepare('SELECT * FROM jobs WHERE sheet = ? ORDER BY id DESC LIMIT ?');
    return all.all(sheet, MOST).map(rowOf);
  }

  /** Those of a run, the latest first. */
  ofRun(run: string): JobRow[] {
    const all = this.#database.prepare('SELECT * FROM jobs WHERE run = ? ORDER BY id DESC LIMIT ?');
    return all.all(run, MOST).map(rowOf);
  }

  /** The runs that were asked for with exactly an input, the latest first. */
  startsOf(revision: string): JobRow[] {
    const all = this.#database.prepare(
      "SELECT * FROM jobs WHERE revision = ? AND kind = 'run' ORDER BY id DESC LIMIT ?",
    );
    return all.all(revision, MOST).map(rowOf);
  }

  /** The revisions of a sheet that jobs work on, or that runs began with. */
  revisionsInUse(sheet: string): Set<string> {
    const found = this.#database
      .prepare("SELECT DISTINCT revision FROM jobs WHERE sheet = ? AND (endedAt IS NULL OR kind = 'run')")
      .all(sheet) as { revision: string }[];
    return new Set(found.map(({ revision }) => revision));
  }

  close(): void {
    this.#database.close();
  }
}

function rowOf(found: unknown): JobRow {
  const { key: _key, target, args, error, ...plain } = found as Record<string, string>;
  return {
    ...plain,
    ...{
      target: target && JSON.parse(target),
      args: JSON.parse(args ?? '[]'),
      error: error && JSON.parse(error),
    },
  } as unknown as JobRow;
}
