/**
 * The door for programs: start, check, resume, undo and verify runs in this process, and read what earlier ones came to.
 * What is printed and how a process ends is the command line's alone.
 */
export type { ErrorFacts, Exit } from './errors.js';
export { EXIT, StopError } from './errors.js';
export type { SheetPlan } from './plan/sheet-plan.js';
export type { ProblemGroup } from './results/problem-groups.js';
export type { ListedRun, RunPart, RunReport, UnreadableRun } from './results/run-report.js';
export type { ActCounts, ActQuestion, ActReport, ActRequest } from './run/act-run.js';
export type { RunRequest } from './run/begin.js';
export type { Follow, RunEvent } from './run/events.js';
export { type FollowReport, followRun } from './run/follow-run.js';
export type { EarlierRequest } from './run/open.js';
export {
  openRun,
  type ReadableRun,
  type RowOutcome,
  readReport,
  writeResultsAgain,
} from './run/read.js';
export { listRuns } from './run/runs.js';
export { loadProfile, saveProfile } from './run/save-profile.js';
export {
  type CheckRequest,
  checkSheets,
  type ResumeRequest,
  resumeRun,
  type StartRequest,
  startRun,
} from './run/start.js';
export { type UndoQuestion, type UndoReport, type UndoRequest, undoRun } from './run/undo-run.js';
export { validateSheets } from './run/validate-sheets.js';
export { type VerifyReport, verifyRun } from './run/verify-run.js';
export { welcomeRun } from './run/welcome-run.js';
