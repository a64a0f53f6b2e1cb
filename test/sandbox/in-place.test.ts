import { describe, expect, it } from 'vitest';
import { CSR, fixture, refused, served } from './client.js';

const PHONE = '18015551212';

describe('what is changed in place', () => {
  it('an account: the fields of the body, null takes one away, and what it keeps is refused', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const before = (await client.get(base)).body;
    const patched = await client.patch(base, { accountName: 'Other Name', customField: 'abc' });
    expect(patched).toEqual({
      status: 200,
      body: { ...before, accountName: 'Other Name', customField: 'abc' },
    });
    expect((await client.patch(base, { accountName: 'Customer Name', customField: null })).body).toEqual(
      before,
    );
    expect((await client.get(base)).body).toEqual(before);
    for (const [field, value] of [
      ...[['extensionLength', 5] as const, ['accountType', 'SIMPLE'] as const],
      ...[['platformType', 'CPE1'] as const, ['accountNumber', 'SP-9'] as const],
    ])
      expect(await client.patch(base, { [field]: value })).toEqual(
        refused(400, `${field}: cannot be changed`),
      );
    expect((await client.patch(base, { timeZone: 'Mars' })).status).toBe(400);
    expect((await client.patch(base, { timeZone: null })).status).toBe(400);
    expect((await client.patch('account/nobody', {})).status).toBe(404);
    expect((await client.get(`account/${id}`)).body).toEqual(before);
  });

  it('a user: nobody is mailed for it', async () => {
    const client = await fixture();
    const id = await client.account();
    const userId = await client.user(id, {
      ...{ emailAddress: undefined, username: undefined, allowPortalAccess: false },
    });
    const path = `account/${id}/user/${userId}`;
    const before = (await client.get(path)).body;
    const { body } = await client.patch(path, { emailAddress: 'a@b.example', lastName: 'Jones' });
    expect(body).toEqual({ ...before, emailAddress: 'a@b.example', lastName: 'Jones' });
    expect((await client.patch(path, { emailAddress: null, lastName: 'Smith' })).body).toEqual(before);
  });

  it('the records of a number, each as a whole', async () => {
    const client = await fixture();
    const { base } = await served(client);
    const path = `${base}/telephonenumber/${PHONE}`;
    const before = (await client.get(path)).body;
    const moved = { ...CSR, streetNumber: '10', unit: '', secondaryLocationDescription: '' };
    const { unit: _unit, secondaryLocationDescription: _where, ...kept } = moved;
    const { status, body } = await client.patch(path, { customerServiceRecord: moved });
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, customerServiceRecord: kept });
    const record = before.customerServiceRecord;
    expect((await client.patch(path, { customerServiceRecord: record })).body).toEqual(before);
    expect(await client.patch(path, { directoryListing: { listed: true, type: 'LIST_PUBLISH' } })).toEqual(
      refused(400, 'directoryListing.address: is required when listed is true'),
    );
    expect((await client.patch(path, { customerServiceRecord: { ...CSR, state: 'XX' } })).status).toBe(400);
  });

  it('a SIP trunk, whose names stay its own', async () => {
    const client = await fixture();
    const { base } = await served(client);
    const trunk = (name: string) => ({
      ...{ trunkName: name, sipUsername: `${name}-username`, sipPassword: 'password', concurrentCalls: 5 },
    });
    const { body } = await client.post(`${base}/siptrunk_2`, { ...trunk('one'), primaryTn: PHONE });
    await client.post(`${base}/siptrunk_2`, trunk('two'));
    const path = `${base}/siptrunk_2/${body.id}`;
    const changed = await client.patch(path, {
      concurrentCalls: 9,
      primaryTn: null,
      extensionPatterns: ['2X'],
    });
    const { primaryTn: _tn, ...rest } = body;
    expect(changed.body).toEqual({ ...rest, concurrentCalls: 9, extensionPatterns: ['2X'] });
    expect(await client.patch(path, { trunkName: 'two' })).toEqual(
      refused(400, 'trunkName: two already exists'),
    );
    expect(await client.patch(path, { sipUsername: 'two-username' })).toEqual(
      refused(400, 'SipUsernameInUse'),
    );
    expect((await client.patch(path, { concurrentCalls: null })).status).toBe(400);
    expect((await client.patch(path, { primaryTn: '18015559999' })).status).toBe(400);
  });

  it('a device: its name, number and fax', async () => {
    const client = await fixture();
    const { base, userId } = await served(client);
    const { body } = await client.post(`${base}/deviceline`, {
      ...{ userId, deviceName: 'Desk', deviceTypeId: 'VVX400', macAddress: '0004F2AA0001', lineNumber: 1 },
      emergencyNumber: PHONE,
    });
    const path = `${base}/deviceline/${body.id}`;
    const { emergencyNumber: _number, ...rest } = body;
    expect((await client.patch(path, { deviceName: 'Hall', emergencyNumber: null })).body).toEqual({
      ...rest,
      deviceName: 'Hall',
    });
    expect(await client.patch(path, { deviceTypeId: 'VVX500' })).toEqual(
      refused(400, 'deviceTypeId: cannot be changed'),
    );
  });

  it('a business line and its ATA port: the whole of it is the body', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const whole = { name: 'Front', accountId: id, partitionId: 'sandbox-partition' };
    const { body } = await client.post(`${base}/business-line`, {
      ...{ ...whole, callerIdPhoneNumber: PHONE, emergencyCallbackPhoneNumber: PHONE },
    });
    const path = `${base}/business-line/${body.id}`;
    const { emergencyCallbackPhoneNumber: _number, ...rest } = body;
    const replaced = { ...rest, callerIdVisible: false };
    expect((await client.put(path, replaced)).body).toEqual(replaced);
    expect((await client.get(path)).body).toEqual(replaced);
    expect((await client.put(path, { ...whole, name: undefined })).status).toBe(400);

    const port = { macAddress: '0004F2AA0001', portNumber: 1, deviceTypeId: 'SPA122', faxEnabled: false };
    expect((await client.put(`${path}/port-assignment`, port)).status).toBe(404);
    await client.post(`${path}/port-assignment`, port);
    const put = await client.put(`${path}/port-assignment`, { deviceTypeId: 'SPA122', faxEnabled: true });
    expect(put.body).toEqual({ businessLineId: body.id, ...port, faxEnabled: true });
    expect((await client.put(`${path}/port-assignment`, { ...port, portNumber: 99 })).status).toBe(400);
  });
});
