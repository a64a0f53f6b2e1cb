import { join } from 'node:path';
import { CLI, inTurn, run, script } from './measure.mjs';
import { mixedRow, writeCsv, writeXlsx } from './sheets.mjs';

const MAX_MEGABYTES = 300;
const given = (index) => mixedRow(index, 'given');
const seconds = ({ wall }) => `${wall.toFixed(2)} s`;

/** `validate` of a million rows beside papaparse alone, and its memory beside that of a fifth of the rows. */
export async function csv(dir) {
  const large = await writeCsv(join(dir, 'large.csv'), 1_000_000, given);
  const small = await writeCsv(join(dir, 'small.csv'), 200_000, given);
  const [ours, other] = await inTurn(
    2,
    () => run([CLI, 'validate', large], { dir }),
    () => run([script('papaparse-only.mjs'), large], { dir }),
  );
  const fifth = await run([CLI, 'validate', small], { dir });
  return [
    {
      figure: 'validate 1,000,000 × 40 CSV : papaparse',
      ours: seconds(ours),
      other: seconds(other),
      ratio: ours.wall / other.wall,
      target: 4,
    },
    memory('validate 1,000,000 × 40 CSV, MB', ours.rss, `${fifth.rss.toFixed(0)} for 200,000`),
  ];
}

/** `validate` of workbooks beside exceljs's stream reader alone. */
export async function xlsx(dir) {
  const shared = await writeXlsx(join(dir, 'shared.xlsx'), 100_000, given, true);
  const inline = await writeXlsx(join(dir, 'inline.xlsx'), 100_000, given, false);
  return [
    ...(await workbook(dir, shared, 'validate 100,000 × 40 XLSX')),
    ...(await workbook(dir, inline, 'the same, texts in the cells')),
  ];
}

async function workbook(dir, file, figure) {
  const [ours, other] = await inTurn(
    3,
    () => run([CLI, 'validate', file], { dir }),
    () => run([script('exceljs-only.mjs'), file], { dir }),
  );
  return [
    {
      figure: `${figure} : exceljs stream`,
      ours: seconds(ours),
      other: seconds(other),
      ratio: ours.wall / other.wall,
      target: 0.6,
    },
    memory(`${figure}, MB`, ours.rss, `${other.rss.toFixed(0)} exceljs`),
  ];
}

function memory(figure, megabytes, other) {
  return { figure, ours: megabytes.toFixed(0), other, ratio: megabytes / MAX_MEGABYTES, target: 1 };
}

/** Start-up beside twice an empty Node program plus the import of the packages that the command needs. */
export async function startUp(dir) {
  const file = await writeCsv(join(dir, 'ten.csv'), 10, given);
  const lines = [
    { figure: '--help', args: ['--help'], packages: ['yargs'] },
    {
      figure: 'validate 10 rows',
      args: ['validate', file],
      packages: ['yargs', 'zod', 'papaparse', 'iconv-lite'],
    },
  ];
  const table = [];
  for (const { figure, args, packages } of lines) {
    const imports = packages
      .map((name) => `await import(${JSON.stringify(import.meta.resolve(name))})`)
      .join(';');
    const [ours, loaded] = await inTurn(
      7,
      () => run([CLI, ...args], { dir }),
      () => run(['--input-type=module', '--eval', imports], { dir }),
    );
    const [empty] = await inTurn(
      7,
      () => run(['--eval', '0'], { dir }),
      () => run(['--eval', '0'], { dir }),
    );
    const bound = 2 * empty.wall + (loaded.wall - empty.wall);
    table.push({
      figure: `start-up, ${figure} : 2 × node + imports`,
      ours: seconds(ours),
      other: `${bound.toFixed(2)} s`,
      ratio: ours.wall / bound,
      target: 1,
    });
  }
  return table;
}
