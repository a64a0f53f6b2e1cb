import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Assets, PAGE_STYLE } from './pages/layout.js';

/** A file that pages load. */
export interface Asset {
  readonly type: string;
  readonly text: string;
}

const SCRIPTS = [
  'login',
  'live',
  'times',
  'upload',
  'grid',
  'sheet',
] as const satisfies readonly (keyof Assets['scripts'])[];

/** Modules that scripts are made of; each imports only those before it. */
const SHARED = [
  ...['topic', 'others', 'renewal', 'dom'],
  ...['grid-rows', 'grid-keys', 'grid-view', 'grid-field', 'grid-conflict', 'grid-changes', 'grid-list'],
  'grid-marks',
];

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f5fbf"/><path d="M4 5h8M4 8h8M4 11h5" stroke="#fff" stroke-width="1.5"/></svg>';

/** The files that pages load, by path, each with a mark of what it holds in its name, and where pages find them. */
export function loadAssets(): { readonly files: ReadonlyMap<string, Asset>; readonly paths: Assets } {
  const files = new Map<string, Asset>();
  const add = (name: string, ending: string, type: string, text: string) => {
    const mark = createHash('sha256').update(text).digest('hex').slice(0, 12);
    const path = `/assets/${name}-${mark}.${ending}`;
    files.set(path, { type, text });
    return path;
  };
  const shared = new Map<string, string>();
  const script = (name: string) => {
    const file = fileURLToPath(new URL(`../web/${name}.js`, import.meta.url));
    let text = readFileSync(file, 'utf8');
    for (const [module, path] of shared) text = text.replace(`'./${module}.js'`, `'${path}'`);
    const [unknown] = /'\.\/[\w-]+\.js'/.exec(text) ?? [];
    if (unknown !== undefined)
      throw new Error(`${name}.js imports ${unknown}, which is not among those before it.`);
    return add(name, 'js', 'text/javascript; charset=utf-8', text);
  };
  for (const module of SHARED) shared.set(module, script(module));
  const scripts = Object.fromEntries(SCRIPTS.map((name) => [name, script(name)]));
  const style = add('style', 'css', 'text/css; charset=utf-8', PAGE_STYLE);
  const icon = add('icon', 'svg', 'image/svg+xml', ICON);
  return { files, paths: { icon, style, scripts: scripts as Assets['scripts'] } };
}
