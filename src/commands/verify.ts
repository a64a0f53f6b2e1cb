import { EXIT } from '../errors.js';
import { type VerifyReport, verifyRun } from '../run/verify-run.js';
import { oneLine } from '../screen/plain-text.js';
import { following, followOnScreen } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

const SHOWN = 20;

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const { json, quiet } = screen;
  let shown = 0;
  const follow = following(followOnScreen(io, screen, false), (event) => {
    if (event.type !== 'different' || quiet || ++shown > SHOWN) return;
    for (const { key, field, inSheet, onPlatform } of event.differences) {
      const row = `row ${event.row}`;
      const what = `${key === row ? '' : `${key} `}${field}`.trimEnd();
      const place = what === '' ? row : `${row}: ${what}`;
      io.say(`${oneLine(`${place}: in the sheet "${inSheet}", on the platform "${onPlatform}"`)}\n`);
    }
  });
  const report: VerifyReport = await verifyRun({ ...callerOf(args, io), runDir }, follow);
  const { exit, ...told } = report;
  const { rows, list, notComparable, underWay } = told;
  if (exit === 'interrupted') io.err('Interrupted: not every row was read back.\n');
  io.say(
    `${rows.same} of ${rows.total} rows are on the platform as the sheet says, ${rows.different} ${rows.different === 1 ? 'is' : 'are'} not.\n`,
  );
  io.say(
    fieldsText('Not comparable, since the platform does not answer what the sheet states', notComparable),
  );
  io.say(fieldsText('Not yet as the sheet says, and under way or waiting for the cut-over', underWay));
  if (list !== null) io.say(`list: ${list}\n`);
  if (json) await io.json.end({ ...told, exitCode: EXIT[exit].code });
  return exit;
};

/** Fields with how many objects have them, a line each; '' when there are none. */
function fieldsText(what: string, fields: Readonly<Record<string, number>>): string {
  const entries = Object.entries(fields);
  if (entries.length === 0) return '';
  const names = entries.map(([field, count]) => `  ${field} (${count})`);
  return `${what}:\n${names.join('\n')}\n`;
}
