import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const USAGE = fileURLToPath(new URL('./usage.cjs', import.meta.url));

/** The path of a script of this folder. */
export function script(name) {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

/**
 * Runs a Node program to its end.
 * @param args what follows `node`
 * @returns what it printed, wall seconds, CPU seconds of all its threads, and its peak memory in MB
 */
export async function run(args, { dir, env = {}, exits = [0] }) {
  const usage = join(dir, 'usage.json');
  rmSync(usage, { force: true });
  const started = performance.now();
  const child = spawn(process.execPath, ['--require', USAGE, ...args], {
    env: { ...process.env, ...env, BENCH_USAGE: usage },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => (stdout += piece));
  child.stderr.on('data', (piece) => (stderr += piece));
  const [code] = await once(child, 'close');
  const wall = (performance.now() - started) / 1000;
  if (!exits.includes(code)) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return { stdout, wall, ...JSON.parse(readFileSync(usage, 'utf8')) };
}

/** Starts a server as a process of its own; its first line on standard output is its URL. */
export async function startServer(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(child.stdout, 'data');
  return { url: String(line).trim(), pid: child.pid, stop: () => child.kill() };
}

/**
 * Runs the two sides in turn, so that a busy machine troubles both.
 * @returns of each side the least time of all rounds, since what else the machine does only ever adds, and the most memory
 */
export async function inTurn(rounds, ours, other) {
  const found = [[], []];
  for (let round = 0; round < rounds; round++) {
    found[0].push(await ours());
    found[1].push(await other());
  }
  return found.map((results) => ({
    wall: Math.min(...results.map(({ wall }) => wall)),
    cpu: Math.min(...results.map(({ cpu }) => cpu)),
    rss: Math.max(...results.map(({ rss }) => rss)),
  }));
}
