import type { DataFolder } from './data-folder.js';
import type { Site } from './guard.js';
import type { Jobs } from './jobs/jobs.js';
import type { Proof } from './proof.js';
import type { ServeRecords } from './records.js';
import type { Retention } from './retention.js';
import type { RowSearch } from './row-search.js';
import type { Runs } from './runs.js';
import type { Sessions } from './sessions.js';
import type { NamedProfiles } from './sheets/named-profiles.js';
import type { Sheets } from './sheets/sheets.js';
import type { TokenTaker } from './token.js';
import type { Users } from './users.js';

/** What the routes work with. */
export interface Served {
  readonly folder: DataFolder;
  readonly records: ServeRecords;
  readonly runs: Runs;
  readonly rowSearch: RowSearch;
  readonly sheets: Sheets;
  readonly jobs: Jobs;
  readonly profiles: NamedProfiles;
  readonly tokens: TokenTaker;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly proof: Proof;
  readonly retention: Retention;
  /** who has its terminal: the user of the machine that started it */
  readonly user: string;
  readonly site: Site;
  /** cookies know no ports, so the name has it */
  readonly cookie: string;
  /** whether a proxy on this machine says where requests come from */
  readonly behindProxy: boolean;
  log(line: Readonly<Record<string, unknown>>): void;
}
