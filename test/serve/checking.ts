import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startCli } from '../fixtures/cli.js';

/** Checks a sheet of a server as the server does, with the command line. */
export async function checkByHand(directory: string, id: string, revision: string): Promise<void> {
  const folder = join(directory, 'sheets', id);
  const [file = ''] = readdirSync(join(folder, 'upload'));
  const given = ['profile.json', 'edits.jsonl'].flatMap((name) =>
    existsSync(join(folder, name)) ? [`--${name.split('.')[0]}`, join(folder, name)] : [],
  );
  const out = join(folder, `check-${revision}`);
  const args = ['validate', join(folder, 'upload', file), ...given, '--out', out, '--no-results', '--quiet'];
  await startCli(args, { cwd: directory }).ended;
}
