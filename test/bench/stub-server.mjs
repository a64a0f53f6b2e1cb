// A platform with a good body for each operation, and nothing behind it; no account is there before. Prints its URL.
// Arguments: how many milliseconds after a request its answer leaves (0 where none is given), and the name of a file, into
// which it writes down what it was asked, for a script that asks the same.
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';

const ADDRESS = {
  streetNumber: '333',
  preDirectional: 'S',
  streetName: '520',
  postDirectional: 'W',
  city: 'Lindon',
  state: 'UT',
  postalCode: '84042',
  country: 'USA',
};
const PARTITION = 'bench-partition';
const [latency = '0', recordFile] = process.argv.slice(2);
const record = recordFile === undefined ? null : createWriteStream(recordFile);
let created = 0;
let searched = 0;

/** The body of the answer; null where there is nothing. */
function answer(method, path, body) {
  const id = () => `id-${++created}`;
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (path.endsWith('/authorize')) return { authToken: 'token', partitionId: PARTITION, subPartitionIds: [] };
  if (path.endsWith('/address/validate'))
    return {
      valid: true,
      customerServiceRecord: ADDRESS,
      requiredFields: [],
      latitude: '40.3',
      longitude: '-111.7',
    };
  if (path.endsWith('/search'))
    return Array.from({ length: 50 }, () => ({ phoneNumber: `1385${2_000_000 + searched++}` }));
  if (method === 'GET') return path.split('/').at(-2) === 'account' ? null : [];
  if (last === 'account') return { ...body, id: id(), partitionId: PARTITION };
  return { ...body, id: id() };
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const asked = Buffer.concat(pieces).toString();
    record?.write(`${JSON.stringify([request.method, request.url, asked])}\n`);
    const body = asked === '' ? {} : JSON.parse(asked);
    const found = answer(request.method, request.url.split('?')[0], body);
    const text = JSON.stringify(found ?? { message: 'not found' });
    const send = () => {
      response.writeHead(found === null ? 404 : 200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    };
    if (latency === '0') send();
    else setTimeout(send, Number(latency));
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
