import { expect, it } from 'vitest';
import { isIpPhone } from '../../src/records/cells/ip-phones.js';

it.each([
  ...[
    'VVX400',
    'VVX 500',
    'SPIP650',
    'SoundPoint IP 650',
    'Polycom Trio 8800',
    'SIP-T46S',
    'SIPT54W',
    'T42G',
  ],
  ...['Yealink CP920', 'GXP2170', 'Grandstream GRP2612', 'SPA504G', 'SPA303', 'Cisco CP-8841'],
])('%s is an IP phone', (id) => expect(isIpPhone(id)).toBe(true));

it.each([
  ...['SPA112', 'SPA122', 'SPA2102', 'SPA3102', 'SPA8000', 'SPA9000', 'HT801', 'Grandstream HT818', 'TM604G'],
  ...['OBI302', 'ATA191', 'T38 adapter', 'CP', 'D785'],
])('%s is not known as one', (id) => expect(isIpPhone(id)).toBe(false));
