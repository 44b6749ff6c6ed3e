import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'node:test';
import { ERROR_CODES, type ErrorCode } from '../src/locust/errors.ts';
import { always, FAULTS, GOOD } from './target/faults.ts';
import { startFaultyLocust, type FaultyLocust } from './target/faulty-locust.ts';
import { startInProcess, type InProcess } from './target/in-process.ts';
import { parseExposition } from './helpers/parse-exposition.ts';

const PASSWORD = 'hunter2-s3cret';
const MIB = 2 ** 20;

let locust: FaultyLocust | undefined;
let exporter: InProcess | undefined;

afterEach(async () => {
  await exporter?.stop();
  await locust?.close();
  exporter = locust = undefined;
});

async function start(url: URL, env: Record<string, string> = {}): Promise<InProcess> {
  url.username = 'tester';
  url.password = PASSWORD;
  exporter = await startInProcess({
    ...{ LOCUST_URL: url.href, CACHE_TTL: '0s', LOCUST_TIMEOUT: '300ms', ...env },
  });
  return exporter;
}

/** Asks once, and checks all that a failure of this code has to show. */
async function checkDown(running: InProcess, code: ErrorCode): Promise<void> {
  const text = await running.metrics();
  const families = parseExposition(text, 'text');
  const about = families.filter(({ name }) => /^locust_(?!exporter_)/.test(name));
  assert.deepEqual(
    about.map(({ name, samples }) => [name, samples[0]?.value]),
    [['locust_up', 0]],
  );
  assert.deepEqual(codesOf(text), { ...NO_ERRORS, [code]: 1 });
  const lines = running.log();
  assert.deepEqual(
    lines.map(({ level, code: logged }) => ({ level, code: logged })),
    [{ level: 'warn', code }],
  );
  assert.ok(!JSON.stringify(lines).includes(PASSWORD));
  assert.ok(!text.includes(PASSWORD));
}

const NO_ERRORS = Object.fromEntries(ERROR_CODES.map((code) => [code, 0]));

function codesOf(text: string): Record<string, number> {
  const errors = parseExposition(text, 'text').find(
    ({ name }) => name === 'locust_exporter_scrape_errors_total',
  );
  return Object.fromEntries(
    (errors?.samples ?? []).map(({ labels, value }) => [labels['code'] ?? '', value]),
  );
}

async function checkRecovery(running: InProcess): Promise<void> {
  assert.match(await running.metrics(), /^locust_up 1$/m);
  const [, back, ...more] = running.log();
  assert.equal(back?.level, 'info');
  assert.deepEqual(more, []);
}

describe('a Locust that', () => {
  for (const { what, code, answer } of FAULTS) {
    it(`${what} is down by ${code}, and up once it is well`, async () => {
      locust = await startFaultyLocust(answer);
      const running = await start(locust.url);
      await checkDown(running, code);
      locust.answer = always(GOOD);
      await checkRecovery(running);
    });
  }

  it('is not there yet is down by connect, and up once it is there', async () => {
    locust = await startFaultyLocust(always(GOOD));
    const { url } = locust;
    await locust.close();
    const running = await start(new URL(url));
    await checkDown(running, 'connect');
    locust = await startFaultyLocust(always(GOOD), Number(url.port));
    await checkRecovery(running);
  });

  it('goes on without end is down by too_large, and takes no memory', async () => {
    let sent = 0;
    locust = await startFaultyLocust((_request, response) => {
      const chunk = Buffer.alloc(MIB, ' ');
      const more = () => {
        while (sent < 200 * MIB && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const running = await start(locust.url, { LOCUST_TIMEOUT: '20s' });
    let peak = 0;
    const before = process.memoryUsage().arrayBuffers;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }, 2);
    await checkDown(running, 'too_large');
    clearInterval(timer);
    // Both the companion's route and Locust's own are tried, and each is left after 16 MiB.
    assert.ok(sent >= 32 * MIB && sent < 100 * MIB, `${sent} bytes were sent`);
    assert.ok(peak < 96 * MIB, `${peak} bytes were held`);
    locust.answer = always(GOOD);
    await checkRecovery(running);
  });
});

it('the code of each failure is counted, and only a change is logged', async () => {
  locust = await startFaultyLocust(always('', 500));
  const running = await start(locust.url);
  for (const status of [500, 500, 401]) {
    locust.answer = always('', status);
    await running.metrics();
  }
  assert.deepEqual(codesOf(await running.metrics()), {
    ...{ ...NO_ERRORS, http_status: 2, auth_required: 2 },
  });
  assert.deepEqual(
    running.log().map(({ level, code }) => [level, code]),
    [
      ['warn', 'http_status'],
      ['warn', 'auth_required'],
    ],
  );
});

it('the password of LOCUST_URL is sent to Locust and shown nowhere', async () => {
  let authorization: string | undefined;
  locust = await startFaultyLocust((request, response) => {
    ({ authorization } = request.headers);
    response.end(GOOD);
  });
  const running = await start(locust.url, { LOG_LEVEL: 'debug' });
  const token = Buffer.from(`tester:${PASSWORD}`).toString('base64');
  const shown = [await running.metrics(), await running.get('/')];
  assert.equal(authorization, `Basic ${token}`);
  await locust.close();
  await sleep(10);
  shown.push(await running.metrics(), await running.get('/'), JSON.stringify(running.log()));
  assert.match(shown.at(-1)!, /Locust is down/);
  for (const text of shown) {
    assert.ok(!text.includes(PASSWORD));
    assert.ok(!text.includes(token));
  }
});
