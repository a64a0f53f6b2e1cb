/** How many objects of one kind a plan is about. */
export interface PlannedObjects {
  /** what people call one of them */
  readonly title: string;
  readonly create: number;
  /** there already; null where the platform was not asked */
  readonly exist: number | null;
  /** those of `exist` that are not as the sheet says */
  readonly differ: number | null;
  /** those of `exist` that would be brought to what the sheet says; absent where nothing is to be updated */
  readonly update?: number;
}

/** Numbers that wait for the night of the cut-over. */
export interface NightCounts {
  /** they ring something else until then (`movesFrom`) */
  readonly moves: number;
  /** they are not in service until then (`operationalStatus` STAGED) */
  readonly staged: number;
  /** their activation is on hold (`holdActivation`) */
  readonly held: number;
}

/** What rows would bring about on the platform, before anything is sent. */
export interface SheetPlan {
  /** the rows that it is of: those that can be sent and are not done yet */
  readonly rows: number;
  /** by kind of object, every kind there */
  readonly objects: Readonly<Record<string, PlannedObjects>>;
  /** where the numbers that would be created come from */
  readonly numbers: { readonly given: number; readonly searched: number };
  /** numbers that would wait for the night of the cut-over; absent where none would */
  readonly night?: NightCounts;
  /** people who get a mail of the platform as soon as their user is created */
  readonly mailsAtOnce: number;
  /** requests in all, log-in and look-ups included; how often one is repeated nobody knows before */
  readonly calls: number;
  /** the same by operation, as the API description names them */
  readonly operations: Readonly<Record<string, number>>;
  /** requests in flight at most */
  readonly concurrency: number;
  /** how long one request is taken to last, milliseconds */
  readonly latencyMs: number;
  /** it was measured on the platform; else it is assumed */
  readonly measured: boolean;
  /** how long all of it takes at that, milliseconds */
  readonly durationMs: number;
}
