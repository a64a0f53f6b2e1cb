import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIXED_SAMPLE } from './fixtures/mixed-sample.js';

/** Rows of samples/mixed.xlsx. */
const ROWS = Object.values(MIXED_SAMPLE).flat().length;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const exec = promisify(execFile);

/** Where npm runs: none of what it tells scripts of the package that these tests belong to. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name)),
);
const QUICK = ['--prefer-offline', '--no-audit', '--no-fund'];

/** Packages that exceljs asks for in versions that are outdated or known to be vulnerable. */
const OUTDATED = ['exceljs', 'unzipper', 'uuid', 'glob', 'inflight', 'fstream', 'rimraf', 'lodash.isequal'];

const SLOW_REGISTRY_MS = 180_000;

interface InstalledPackage {
  readonly version: string;
  readonly deprecated?: string;
}

let place = '';
let version = '';

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'package-'));
  version = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version;
});

afterAll(() => rm(place, { recursive: true, force: true }));

/** Packs `dist/` as it is: other tests run it at the same time. */
async function pack(): Promise<{ tarball: string; files: string[] }> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', place];
  const { stdout } = await exec('npm', args, { cwd: ROOT, env: ENV });
  // npm 12 answers with an object, by name
  const [packed] = Object.values<{ filename: string; files: { path: string }[] }>(JSON.parse(stdout));
  if (!packed) throw new Error(`npm pack said: ${stdout}`);
  return { tarball: join(place, packed.filename), files: packed.files.map(({ path }) => path) };
}

async function packagesIn(project: string): Promise<Record<string, InstalledPackage>> {
  const lock = JSON.parse(await readFile(join(project, 'node_modules/.package-lock.json'), 'utf8'));
  return Object.fromEntries(
    Object.entries<InstalledPackage>(lock.packages).map(([path, each]) => [
      path.replace(/^.*node_modules\//, ''),
      each,
    ]),
  );
}

describe('the packed tarball, installed in an empty project without running any script', () => {
  let project = '';
  let files: string[] = [];
  const run = (...args: string[]) =>
    exec(join(project, 'node_modules/.bin/alianza-import'), args, { cwd: project, env: ENV });

  beforeAll(async () => {
    project = join(place, 'project');
    await mkdir(project);
    const mine = { name: 'their-project', version: '9.8.7', private: true };
    await writeFile(join(project, 'package.json'), JSON.stringify(mine));
    const packed = await pack();
    files = packed.files;
    await exec('npm', ['install', '--ignore-scripts', ...QUICK, packed.tarball], { cwd: project, env: ENV });
  }, SLOW_REGISTRY_MS);

  it('has what a user needs and nothing else', () => {
    for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cli.js', 'dist/exceljs-licenses.txt'])
      expect(files).toContain(file);
    for (const file of [
      'src/commands/README.md',
      'templates/README.md',
      'templates/profile.schema.json',
      'samples/mixed.xlsx',
    ])
      expect(files).toContain(file);
    const others = files.filter((file) => !/^(dist|samples|templates)\//.test(file));
    expect(others.sort()).toEqual([
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'],
      ...['src/commands/README.md', 'src/sandbox/README.md'],
    ]);
  });

  it('brings no outdated and no deprecated package', async () => {
    const installed = await packagesIn(project);
    expect(Object.keys(installed)).toContain('alianza-import');
    expect(Object.keys(installed).filter((name) => OUTDATED.includes(name))).toEqual([]);
    expect(Object.entries(installed).filter(([, { deprecated }]) => deprecated !== undefined)).toEqual([]);
  });

  it('says its own version, not that of the project around it', async () => {
    const named = ['--no-install', 'alianza-import', '--version'];
    const { stdout } = await exec('npx', named, { cwd: project, env: ENV });
    expect(stdout).toBe(`${version}\n`);
  });

  it('validates, and writes workbooks without a word of warning', async () => {
    const samples = join(project, 'node_modules/alianza-import/samples');
    const checked = await run('validate', join(samples, 'mixed.xlsx'), '--out', 'checked');
    expect(`${checked.stdout}${checked.stderr}`).toContain(`${ROWS} rows: ${ROWS} valid`);
    const { stderr } = await run('template', 'bcc');
    expect(stderr).not.toContain('Warning');
    const again = await run('validate', 'bcc.xlsx', '--json');
    expect(JSON.parse(again.stdout).rows).toMatchObject({ total: 1, valid: 1 });
  });

  it('drives a run from a program, as the manual shows', async () => {
    const manual = await readFile(join(ROOT, 'README.md'), 'utf8');
    const example = /```js\n([^`]+)```/.exec(manual)?.[1] ?? '';
    expect(example).toContain("from 'alianza-import'");
    await copyFile(
      join(project, 'node_modules/alianza-import/samples/mixed.xlsx'),
      join(project, 'customers.xlsx'),
    );
    await writeFile(join(project, 'door.mjs'), example);
    const { stdout } = await exec(process.execPath, ['door.mjs'], { cwd: project, env: ENV });
    expect(stdout).toBe(`done ${ROWS} runs/customers/results.xlsx\n`);
  });

  it('has types by which that program compiles, and a wrong one does not', async () => {
    const call = (sheets: string) =>
      `import { startRun, type RunReport } from 'alianza-import';\n` +
      `export const report: Promise<RunReport> = startRun({ sheets: ${sheets} });\n`;
    await writeFile(join(project, 'right.mts'), call("['a.csv']"));
    await writeFile(join(project, 'wrong.mts'), call('5'));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const roots = ['--typeRoots', join(ROOT, 'node_modules/@types')];
    const compile = (file: string) =>
      exec(process.execPath, [tsc, ...strict, ...roots, file], { cwd: project, env: ENV });
    expect((await compile('right.mts')).stdout).toBe('');
    await expect(compile('wrong.mts')).rejects.toMatchObject({
      stdout: expect.stringMatching(/^wrong\.mts\(2,\d+\): error TS2322/),
    });
  });
});

describe('an install of the clone without development dependencies', () => {
  let clone = '';

  beforeAll(async () => {
    clone = join(place, 'clone');
    await mkdir(clone);
    for (const file of ['package.json', 'package-lock.json', '.npmrc', 'build.mjs'])
      await copyFile(join(ROOT, file), join(clone, file));
  });

  it('ends well without a compiler, and says how the program is built', async () => {
    const { stdout, stderr } = await exec('npm', ['ci', '--omit=dev', '--foreground-scripts', ...QUICK], {
      cwd: clone,
      env: ENV,
    });
    expect(`${stdout}${stderr}`).toContain('To build: npm ci && npm run build.');
    const installed = await packagesIn(clone);
    expect(Object.keys(installed)).not.toContain('typescript');
    expect(Object.keys(installed).filter((name) => OUTDATED.includes(name))).toEqual([]);
  });

  it('runs the program that was built elsewhere', async () => {
    await cp(join(ROOT, 'dist'), join(clone, 'dist'), { recursive: true });
    await cp(join(ROOT, 'samples'), join(clone, 'samples'), { recursive: true });
    const args = ['dist/cli.js', 'run', 'samples/mixed.xlsx', '--environment', 'sandbox', '--out', 'run'];
    const { stdout } = await exec(process.execPath, args, { cwd: clone });
    expect(stdout).toContain(`${ROWS} rows: ${ROWS} created`);
  });
});
