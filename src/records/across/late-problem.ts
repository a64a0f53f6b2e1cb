import type { Problem } from '../problem.js';

/** A problem that only shows when all rows are known; an error makes the row of that ordinal invalid. */
export interface LateProblem extends Problem {
  readonly ordinal: number;
}
