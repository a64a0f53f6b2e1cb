import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../fixtures/random.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';
import { endOf, type JobPlace, jobPlaceOf, started, type ToldJob, uploaded, wrongIn } from './job-place.js';

/** What is killed. */
type Victim = 'server' | 'job' | 'both';

/**
 * One round, all of it from its number: a sheet is started on the pages, and the server, the process of the run or both
 * are killed two to four times at random moments. Whatever was killed goes on by itself once the server is there again.
 *
 * @returns what of the platform is not as the sheet says in the end
 */
export async function playKills(round: number, onTestFinished: OnTestFinished): Promise<string[]> {
  const random = randomFrom(round);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const place = await jobPlaceOf(onTestFinished, { sandbox: { latencyMs: between(5, 40), seed: round } });
  const sheet = await uploaded(place, between(12, 60));
  const run = await started(place, sheet, { concurrency: between(2, 6) });
  const kills: string[] = [];
  for (let left = between(2, 4); left > 0; left--) {
    await sleep(between(0, 2500));
    const victim = (['server', 'job', 'both'] as const)[between(0, 2)] ?? 'both';
    kills.push(await kill(place, run, victim));
  }
  const end = await endOf(place, run, 120_000);
  // A process that is killed again and again without getting on is left alone; a person goes on with it.
  const last = end.state === 'interrupted' ? await goneOnWith(place, run) : end;
  const wrong = last.exit === 0 ? wrongIn(place, sheet, run) : [`it ended ${JSON.stringify(last)}`];
  if (wrong.length === 0) wrong.push(...(await undone(place, run, between(0, 1500), round % 2 === 0)));
  return wrong.length === 0 ? [] : [`kills: ${kills.join(', ')}`, ...wrong];
}

/** Takes it all back, with one more kill. @returns what is left */
async function undone(place: JobPlace, run: string, afterMs: number, isServer: boolean): Promise<string[]> {
  await place.asking.post(`/runs/${run}/undo`, { confirm: 'sandbox-partition' });
  await sleep(afterMs);
  const how = await kill(place, run, isServer ? 'server' : 'job');
  const { kind, exit } = await endOf(place, run, 120_000);
  const { accounts, users, devices, sipTrunks } = place.sandbox.state;
  const left = accounts.size + users.size + devices.size + sipTrunks.size;
  return kind === 'undo' && exit === 0 && left === 0
    ? []
    : [`undo, ${how}: ${kind} ${exit}, ${left} objects left`];
}

async function kill(place: JobPlace, run: string, victim: Victim): Promise<string> {
  const { json } = await place.asking.get(`/runs/${run}/state`);
  const [job] = json['jobs'] as ToldJob[];
  const pid = job?.pid ?? null;
  if (victim !== 'server' && pid !== null)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  if (victim !== 'job') await place.again();
  return `${victim} ${job?.state} ${JSON.stringify(job?.progress?.['done'] ?? null)}`;
}

async function goneOnWith(place: JobPlace, run: string): Promise<ToldJob> {
  const { status, json } = await place.asking.post(`/runs/${run}/resume`);
  if (status !== 202) throw new Error(`it cannot be gone on with: ${JSON.stringify(json)}`);
  return endOf(place, run, 120_000);
}
