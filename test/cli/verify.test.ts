import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { mixedRows } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { connect } from '../sandbox/client.js';
import { type Cells, parseCsv, writesOf } from './place.js';

describe.concurrent('verify', () => {
  it('finds nothing after a run, and changes nothing', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const [before, sent] = [plain(sandbox.state), sandbox.requests.length];
    const ended = await verify(workspace);
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { total: 8, same: 8, different: 0 } });
    expect(list(workspace)).toEqual([]);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
  });

  it('finds nothing after the tour, whose platform is begun anew by each command, and undo leaves nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const directory = await mkdtemp(join(tmpdir(), 'tour-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const cli = (...args: string[]) => startCli([...args, '--json', '--quiet'], { cwd: directory }).ended;
    const sample = fileURLToPath(new URL('../../samples/mixed.xlsx', import.meta.url));
    expectExit(await cli('run', sample, '--out', 'tour'), 0);
    const verified = await cli('verify', 'tour');
    expectExit(verified, 0);
    const { rows } = JSON.parse(verified.stdout);
    expect(rows).toMatchObject({ same: rows.total, different: 0 });
    expectExit(await cli('undo', 'tour', '--yes'), 0);
  });

  it('finds what somebody has changed, removed or pointed elsewhere, at its row', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const [bcc = {}, second = {}, , home = {}, , line = {}, , trunk = {}] = workspace.results();
    const at = (result: Cells) => `account/${result['accountId']}`;
    // row 2: another plan; row 3: its number rings the user of row 2; row 5: its number is gone; row 7: the line's
    // call handling; row 9: the trunk is deleted
    const ok = { status: expect.toSatisfy((status: number) => status < 300) };
    const changes = [
      platform.patch(`${at(bcc)}/user/${bcc['userId']}`, { lastName: 'Changed' }),
      platform.patch(`${at(second)}/telephonenumber/${second['assignedPhoneNumber']}`, {
        ...{ referenceType: 'END_USER', referenceId: bcc['userId'] },
      }),
      platform.delete(`${at(home)}/deviceline/${home['deviceId']}`),
      platform.put(`${at(line)}/business-line/${line['businessLineId']}/call-handling`, {
        ...{
          activeCallHandling: 'RING_LINE',
          busyFailoverAction: { '@type': 'VoicemailRingFailoverAction' },
        },
        unregisteredFailoverAction: { '@type': 'VoicemailRingFailoverAction' },
        ringTimeoutConfiguration: { '@type': 'UnlimitedRingTimeoutConfiguration' },
      }),
      platform.delete(`${at(home)}/telephonenumber/${home['assignedPhoneNumber']}`),
      platform.patch(`${at(trunk)}/telephonenumber/${trunk['assignedPhoneNumber']}`, {
        ...{ referenceType: null, referenceId: null },
      }),
    ];
    for (const reply of await Promise.all(changes)) expect(reply).toMatchObject(ok);
    const gone = await platform.delete(`${at(trunk)}/siptrunk_2/${trunk['sipTrunkId']}`);
    expect(gone).toMatchObject(ok);

    const ended = await verify(workspace);
    expectExit(ended, 1);
    const found = list(workspace).map(({ row, object = '', field, onPlatform }) => [
      ...[row, object.split(':')[0], field, onPlatform],
    ]);
    expect(found).toContainEqual(['2', 'user', 'lastName', 'Changed']);
    expect(found).toContainEqual(['3', 'reference', 'referenceId', bcc['userId']]);
    expect(found).toContainEqual(['5', 'number', '', 'is not there']);
    expect(found).toContainEqual(['5', 'device', '', 'is not there']);
    expect(found.filter(([row, kind]) => row === '7' && kind === 'callHandling')).not.toEqual([]);
    expect(found).toContainEqual(['9', 'sipTrunk', '', 'is not there']);
    expect([...new Set(found.map(([row]) => row))].sort()).toEqual(['2', '3', '5', '7', '9']);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      rows: { total: 8, same: 3, different: 5 },
      exitCode: 1,
    });
    expect(ended.stdout.trim().split('\n')).toHaveLength(1);
  });
});

interface Verified {
  readonly runDir: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

const verify = ({ runDir, directory, env }: Verified) =>
  startCli(['verify', runDir, '--json'], { cwd: directory, env }).ended;

const list = ({ runDir }: Verified): Cells[] => parseCsv(readFileSync(join(runDir, 'verify.csv'), 'utf8'));
