import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { placeOf, writesOf } from './place.js';

describe.concurrent('platform', () => {
  it('tells on one screen what the log-in may use, and writes nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli } = await placeOf(onTestFinished);
    const ended = await cli('platform');
    expectExit(ended, 0);
    expect(writesOf(sandbox)).toEqual([]);
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(24);
    const said = Object.fromEntries(lines.map((line) => [line.slice(0, 17).trim(), line.slice(17)]));
    expect(said).toMatchObject({
      platform: `custom (${sandbox.url})`,
      'log-in': 'sandbox@example.com, ManagementUser',
      rights: 'DELETE of Account, EndUser, TelephoneNumber, Device',
      partition: 'sandbox-partition: Sandbox, ACTIVE, USA',
      'sub-partitions': 'Sandbox sandbox-sub-partition (sandbox-sub-partition)',
      carriers:
        'Sandbox Carrier (BANDWIDTH, ports), Own Carrier (SERVICE_PROVIDER_CARRIER, does not port, own)',
      'device inventory': 'not required',
      'deleted numbers': 'cool down for 30 days',
      settings:
        'PLATFORM_TYPE_DEFAULT CPE2, SEND_WELCOME_EMAIL true, AllowAccountDangerousExtensions false, ENABLE_STAGED_CALL false',
      'free numbers': expect.stringMatching(/^500 and perhaps more \(the platform lists no more\): /),
    });
    expect(said['device types']).toMatch(/^SPA112, SPA122, .* and 6 more$/);
  });

  it('--json has all of it; what is refused is in its place, and ends nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli } = await placeOf(onTestFinished, {
      faults: [
        { operation: 'getInboundCarriers', kind: '403' },
        { operation: 'retrieve_2', kind: 'not-permitted' },
        { operation: 'getAllSettings', kind: '403' },
      ],
      subPartitionIds: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    });
    const ended = await cli('platform', '--json');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ...{ environment: 'custom', partitionId: 'sandbox-partition', exitCode: 0 },
      carriers: { refused: 'getInboundCarriers was answered 403: Access denied' },
      partition: {
        refused:
          'retrieve_2 was answered 400: the log-in may not do this, or not in this partition (NotPermitted)',
      },
      settings: { refused: 'getAllSettings was answered 403: Access denied' },
      // where the partition does not tell what it allows, all types are there
      deviceTypes: { value: { allowed: false, ids: expect.arrayContaining(['SPA122', 'D785']) } },
      subPartitions: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => ({ id, name: null })),
      logIn: { value: { permissions: { Account: 'DELETE' } } },
    });
    const plain = await cli('platform');
    expectExit(plain, 0);
    expect(plain.stdout).toContain(
      'carriers         not told (getInboundCarriers was answered 403: Access denied)',
    );
  });

  it('of a sub-partition, and of one that is not there', async ({ expect, onTestFinished }) => {
    const { cli } = await placeOf(onTestFinished);
    const sub = await cli('platform', '--partition', 'sandbox-sub-partition', '--json');
    expectExit(sub, 0);
    expect(JSON.parse(sub.stdout)).toMatchObject({
      ...{ partitionId: 'sandbox-sub-partition', subPartitions: [] },
      partition: { value: { name: 'Sandbox sandbox-sub-partition' } },
    });
    const none = await cli('platform', '--partition', 'nowhere', '--json');
    expectExit(none, 3);
    expect(JSON.parse(none.stdout)).toMatchObject({ error: { code: 'PARTITION_UNKNOWN' }, exitCode: 3 });
  });

  it('with a log-in that is refused ends with 3', async ({ expect, onTestFinished }) => {
    const { directory, env } = await placeOf(onTestFinished);
    const ended = await startCli(['platform', '--json'], {
      ...{ cwd: directory, env: { ...env, ALIANZA_PASSWORD: 'wrong' } },
    }).ended;
    expectExit(ended, 3);
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'LOGIN_REFUSED' }, exitCode: 3 });
  });

  it('of the sandbox inside the process leaves nothing behind', async ({ expect, onTestFinished }) => {
    const { directory, cli, env } = await placeOf(onTestFinished);
    const { ALIANZA_BASE_URL: _url, ...own } = env;
    const ended = await startCli(['platform', '--environment', 'sandbox'], { cwd: directory, env: own })
      .ended;
    expectExit(ended, 0);
    expect(ended.stdout).toContain('platform         sandbox (http://127.0.0.1:');
    expectExit(await cli('platform', 'a-word'), 3);
  });
});
