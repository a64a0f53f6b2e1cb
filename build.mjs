// Makes `dist/`: compiles `src/`, bundles what is used of exceljs, and takes away what has no source any more.
// With `--if-possible` (npm's `prepare`) an install without development dependencies leaves `dist/` as it is.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(fileURLToPath(import.meta.url));
const DIST = join(ROOT, 'dist');
const { resolve } = createRequire(import.meta.url);

/** Of exceljs only its writer of workbooks; the rest of it asks for outdated packages that nobody has to install. */
const ENTRY = 'entry';
const ENTRY_TEXT = `import WorkbookWriter from 'exceljs/lib/stream/xlsx/workbook-writer.js';
export default { stream: { xlsx: { WorkbookWriter } } };`;
const BUNDLE = 'exceljs.mjs';
const NOTICES = 'exceljs-licenses.txt';

if (process.argv.includes('--if-possible') && !isInstalled('typescript')) {
  const isThere = existsSync(join(DIST, 'cli.js'));
  console.error(
    `dist/ ${isThere ? 'stays as it is' : 'is not there'}: building it takes the development dependencies.`,
  );
  if (!isThere) console.error('To build: npm ci && npm run build. A packed tarball has dist/ in it.');
} else {
  removeStale();
  compile('tsconfig.build.json');
  compile('src/web');
  await bundle();
  chmodSync(join(DIST, 'cli.js'), 0o755);
}

function compile(project) {
  const compiled = spawnSync(process.execPath, [resolve('typescript/bin/tsc'), '-p', project], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}

function isInstalled(name) {
  try {
    return resolve(`${name}/package.json`) !== '';
  } catch {
    return false;
  }
}

/** Files of sources that were moved or deleted must not be packed. */
function removeStale() {
  if (!existsSync(DIST)) return;
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const source = join(ROOT, 'src', path.slice(DIST.length)).replace(/(\.d\.ts|\.js)$/, '.ts');
    if (entry.isFile() && entry.name !== BUNDLE && entry.name !== NOTICES && !existsSync(source))
      rmSync(path);
  }
}

async function bundle() {
  const { rolldown } = await import('rolldown');
  const entry = {
    name: ENTRY,
    resolveId: (id) => (id === ENTRY ? join(ROOT, ENTRY) : null),
    load: (id) => (id === join(ROOT, ENTRY) ? ENTRY_TEXT : null),
    // Node warns of it outside of node_modules, and the next archiver-utils refuses the streams of exceljs
    transform: (code, id) => (id.includes('/archiver-utils/') ? withoutNewBuffer(code) : null),
  };
  const bundled = await rolldown({ input: ENTRY, platform: 'node', plugins: [entry] });
  const { output } = await bundled.generate({ format: 'esm', minify: true });
  await bundled.close();
  const [chunk] = output;
  const packages = chunk.moduleIds.flatMap(
    (id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [],
  );
  mkdirSync(DIST, { recursive: true });
  writeFileSync(join(DIST, BUNDLE), chunk.code);
  writeFileSync(
    join(DIST, NOTICES),
    [...new Set(packages)]
      .sort()
      .map(noticeOf)
      .join(`\n${'-'.repeat(80)}\n\n`),
  );
}

function withoutNewBuffer(code) {
  return code
    .replace(/new Buffer\((size|0)\)/g, 'Buffer.alloc($1)')
    .replaceAll('new Buffer(', 'Buffer.from(');
}

/** Name, version and the license text of a package, as its license asks of whoever passes it on. */
function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : `by ${author?.name ?? author ?? 'its authors'}`;
  return `${name} ${version} (${license?.type ?? license})\n\n${text}\n`;
}
