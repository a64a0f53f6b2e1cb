import { describe, expect, it } from 'vitest';
import { fixture, refused, served } from './client.js';

describe('voicemail boxes of users', () => {
  it('come with the user, are patched field by field, and go with the user', async () => {
    const client = await fixture();
    const { userId, base } = await served(client);
    const { voicemailBoxId } = (await client.get(`${base}/user/${userId}`)).body;
    const path = `${base}/voicemailbox/${voicemailBoxId}`;
    const fresh = (await client.get(path)).body;
    expect(fresh).toMatchObject({ id: voicemailBoxId, voicemailToEmailAddresses: [], locale: 'en-US' });
    const mails = { voicemailToEmailAddresses: ['a@example.com'], voicemailToEmailEnabled: true };
    expect((await client.patch(path, mails)).body).toEqual({ ...fresh, ...mails });
    expect((await client.patch(path, { locale: 'fr-CA' })).body).toEqual({
      ...{ ...fresh, ...mails, locale: 'fr-CA' },
    });
    expect((await client.get(`${base}/voicemailbox`)).body).toHaveLength(1);
    expect(await client.patch(path, { locale: 'de-DE', voicemailToEmailEnabled: 'yes' })).toEqual(
      refused(
        400,
        'voicemailToEmailEnabled: must be a boolean, but is string',
        'locale: value "de-DE" is not one of [en-US, fr-CA, es-MX]',
      ),
    );
    expect((await client.get(`${base}/voicemailbox/unknown`)).status).toBe(404);
    await client.delete(`${base}/user/${userId}`);
    expect((await client.get(path)).status).toBe(404);
    expect(client.sandbox.state.userBoxes.size).toBe(0);
  });
});
