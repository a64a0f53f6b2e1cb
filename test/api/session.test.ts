import { describe, expect, it } from 'vitest';
import { type LogIn, Session } from '../../src/api/session.js';
import { StopError } from '../../src/errors.js';

/** Log-ins that end when the test says so. */
function scripted() {
  const waiting: { resolve(logIn: LogIn): void; reject(error: unknown): void }[] = [];
  const session = new Session(() => new Promise((resolve, reject) => waiting.push({ resolve, reject })));
  const succeed = (token: string) =>
    waiting.at(-1)?.resolve({ authToken: token, partitionId: 'P1', subPartitionIds: [] });
  return { session, waiting, succeed };
}

describe('Session', () => {
  it('logs in once for all who ask at the same time', async () => {
    const { session, waiting, succeed } = scripted();
    const asked = [session.current(), session.current(), session.current()];
    expect(session.token).toBeNull();
    succeed('t1');
    const tokens = (await Promise.all(asked)).map((logIn) => logIn.authToken);
    expect(tokens).toEqual(['t1', 't1', 't1']);
    expect(waiting).toHaveLength(1);
    expect(session.token).toBe('t1');
    await session.current();
    expect(waiting).toHaveLength(1);
  });

  it('replaces a token only at the first report that it is dead', async () => {
    const { session, waiting, succeed } = scripted();
    const first = session.current();
    succeed('t1');
    await first;
    session.expired('t1');
    expect(session.token).toBeNull();
    session.expired('t1');
    const second = session.current();
    succeed('t2');
    await second;
    session.expired('t1');
    expect(session.token).toBe('t2');
    expect(waiting).toHaveLength(2);
  });

  it('tries a log-in anew that failed in passing', async () => {
    const { session, waiting, succeed } = scripted();
    const first = session.current();
    waiting[0]?.reject(new StopError('PLATFORM_UNREACHABLE', 'no', 'wait'));
    await expect(first).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    const second = session.current();
    expect(waiting).toHaveLength(2);
    succeed('t1');
    expect((await second).authToken).toBe('t1');
  });

  it('does not try a refused log-in anew', async () => {
    const { session, waiting } = scripted();
    const first = session.current();
    waiting[0]?.reject(new StopError('LOGIN_REFUSED', 'no', 'check'));
    await expect(first).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    await expect(session.current()).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(waiting).toHaveLength(1);
  });

  it('stops at the fourth fresh token that is refused, but not when calls succeeded between', async () => {
    const { session, succeed } = scripted();
    const logInAs = async (token: string) => {
      const pending = session.current();
      succeed(token);
      await pending;
    };
    await logInAs('t1');
    session.expired('t1');
    await logInAs('t2');
    session.expired('t2');
    await logInAs('t3');
    session.expired('t3');
    await logInAs('t4');
    session.worked();
    for (const token of ['t4', 't5', 't6']) {
      session.expired(token);
      await logInAs(`t${Number(token.slice(1)) + 1}`);
    }
    expect(() => session.expired('t7')).toThrow(
      expect.objectContaining({ name: 'StopError', code: 'LOGIN_NOT_ACCEPTED' }),
    );
  });
});
