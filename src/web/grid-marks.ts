/** What is known of the marks of problems: which state of the sheet they are of, and what is done to renew them. */
export interface Marks {
  /** of the sheet as it is now */
  readonly revision: string;
  /** of the sheet when it was last checked */
  readonly checked: string;
  readonly check: 'none' | 'going on' | 'failed';
}

/** A job of the sheet, as its stream tells it. */
export interface SheetJob {
  readonly kind: string;
  readonly revision: string | null;
  readonly endedAt: string | null;
}

/** What becomes of the check of a sheet as it is now. @param jobs the last one first */
export function checkOf(jobs: readonly SheetJob[], revision: string, checked: string): Marks['check'] {
  const checks = jobs.filter(({ kind }) => kind === 'check');
  if (checks.some(({ endedAt }) => endedAt === null)) return 'going on';
  const isDone = checks.some((job) => job.revision === revision);
  return isDone && checked !== revision ? 'failed' : 'none';
}

/** Whether the marks are of now. */
export function isCurrent({ revision, checked }: Marks): boolean {
  return revision === checked;
}

/** What is said of the marks: that they are of now, or that they are not and what is done about it; never both. */
export function marksText(marks: Marks): string {
  if (isCurrent(marks)) return 'Checked: the marks are those of now.';
  const next = {
    none: 'It is checked again in a moment.',
    'going on': 'It is checked again just now …',
    failed: 'Its check came to nothing.',
  };
  return `The marks are of the sheet before the last change. ${next[marks.check]}`;
}
