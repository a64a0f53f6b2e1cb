import type { JobKind } from './store.js';

/** What is said of the jobs of a kind, and how they go. */
export interface KindFacts {
  /** in a sentence */
  readonly name: string;
  /** what is counted while it is at work and what is done to that: `1,200 of 40,000 rows compared`; null where nothing is */
  readonly counts: { readonly noun: string; readonly done: string; readonly bad: string } | null;
  /** its rows are those of the run, and change as it goes on */
  readonly imports: boolean;
  /** a process of it that has died is gone on with, rather than begun anew */
  readonly goesOn: boolean;
  /** what exit code 1 means, where that is not what it means of a run */
  readonly some?: string;
}

const IMPORT = {
  counts: { noun: 'row', done: 'worked on', bad: 'failed' },
  ...{ imports: true, goesOn: true },
} as const;

/** The kinds of jobs, in one place. */
export const KIND_FACTS: Readonly<Record<JobKind, KindFacts>> = {
  check: {
    name: 'a check',
    counts: { noun: 'row', done: 'checked', bad: 'invalid' },
    ...{ imports: false, goesOn: false, some: 'some rows are invalid' },
  },
  'dry-run': {
    name: 'a dry run',
    counts: { noun: 'row', done: 'compared', bad: 'that the platform would not take' },
    ...{ imports: false, goesOn: false },
  },
  run: { name: 'a run', ...IMPORT },
  resume: { name: 'a resume', ...IMPORT },
  retry: { name: 'another try of what failed', ...IMPORT },
  verify: {
    name: 'a verification',
    counts: { noun: 'row', done: 'compared', bad: 'not as the sheet says' },
    ...{ imports: false, goesOn: false },
    some: 'some rows are not on the platform as the sheet says: verify.csv lists them',
  },
  follow: {
    name: 'a look at what the platform is at work on',
    counts: { noun: 'event', done: 'read', bad: '' },
    ...{ imports: false, goesOn: false },
  },
  'undo-list': {
    name: 'a list of what undo would delete',
    counts: { noun: 'object', done: 'looked at', bad: 'that would be kept' },
    ...{ imports: false, goesOn: false, some: 'something would be kept' },
  },
  undo: {
    name: 'an undo',
    counts: { noun: 'object', done: 'taken back or kept', bad: 'that could not be taken back' },
    ...{ imports: false, goesOn: true },
    some: 'something was kept or could not be deleted: undo.csv says why',
  },
  results: { name: 'the results', counts: null, imports: false, goesOn: false },
};
