// What a run is compared with: a script that sends the same calls with axios and a keep-alive agent, 32 at a time, and
// keeps nothing. Arguments: the platform's URL, and the file with the calls. Prints how many milliseconds they took.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import axios from 'axios';

const [url, file] = process.argv.slice(2);
const calls = readFileSync(file, 'utf8').trimEnd().split('\n');
const http = axios.create({
  baseURL: url,
  httpAgent: new Agent({ keepAlive: true, maxSockets: 32 }),
  // an account that is not there yet is an answer, too
  validateStatus: (status) => status === 200 || status === 404,
});
let next = 0;
const started = performance.now();
async function work() {
  while (next < calls.length) {
    const [method, path, body] = JSON.parse(calls[next++]);
    await http.request({
      method,
      url: path,
      data: body === '' ? undefined : JSON.parse(body),
      headers: { 'x-auth-token': 'token' },
    });
  }
}
await Promise.all(Array.from({ length: 32 }, work));
console.log(performance.now() - started);
