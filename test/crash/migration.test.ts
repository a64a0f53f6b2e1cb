import { describe, it } from 'vitest';
import { migrationThenUndo, undoAmidMigration } from '../fixtures/migration-night.js';
import { otherAnswers } from '../fixtures/other-answers.js';

const SMALL = { orders: 8, ported: 36, staged: 10, held: 6, moving: 8 };

describe.concurrent('a migration of 60 numbers through kills, lost replies and rejections', () => {
  it('ends as its sheet says, and undo keeps what was ported in', { timeout: 300_000 }, async () => {
    await migrationThenUndo(1, SMALL);
  });

  it('is taken back whole before anything has come', { timeout: 300_000 }, async () => {
    await undoAmidMigration(0, 2, SMALL);
  });

  it('is taken back but for what has come, on a platform that answers in other ways, too', {
    timeout: 300_000,
  }, async () => {
    await undoAmidMigration(5, 3, SMALL, otherAnswers);
  });
});
