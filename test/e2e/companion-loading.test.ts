import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import {
  COMPANION_AUTO,
  COMPANION_FILE,
  COMPANION_LOCUSTFILE,
  fetchCompanion,
  readCompanion,
} from '../helpers/companion.ts';
import { isListening } from '../helpers/free-port.ts';
import { locustPath, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust, type RealLocust, type RealLocustOptions } from '../helpers/real-locust.ts';
import { demand, needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { startProcess } from '../helpers/start-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = path.dirname(COMPANION_FILE);

async function folderOf(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder('loading');
  t.after(() => folder.remove());
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder.path, name)), { recursive: true });
    await writeFile(path.join(folder.path, name), text);
  }
  return folder.path;
}

async function locustOf(t: TestContext, options: RealLocustOptions): Promise<RealLocust> {
  const locust = await startLocust({ locustfile: COMPANION_LOCUSTFILE, ...options });
  stopAfter(t, 'Locust', locust);
  return locust;
}

const IMPORTING = [
  'import locust_exporter_companion',
  `exec(compile(open(${JSON.stringify(COMPANION_LOCUSTFILE)}).read(), "locustfile", "exec"))`,
].join('\n');

void describe('the companion is loaded', { concurrency: 2 }, () => {
  for (const version of ['2.12.1', 'newest']) {
    const needed = needs(whyLocustIsMissing(version));
    it(`by -f into Locust ${version}`, needed, async (t) => {
      const locustfile = `${COMPANION_LOCUSTFILE},${COMPANION_FILE}`;
      const { url } = await locustOf(t, { version, locustfile });
      assert.equal((await readCompanion(url)).format, 1);
    });

    it(
      `by import, -f and PYTHONPATH at once, and from a copy, into Locust ${version}`,
      needed,
      async (t) => {
        const folder = await folderOf(t, { 'locustfile.py': IMPORTING });
        await copyFile(COMPANION_FILE, path.join(folder, 'a_copy.py'));
        const files = [
          path.join(folder, 'locustfile.py'),
          COMPANION_FILE,
          path.join(folder, 'a_copy.py'),
        ];
        const locust = await locustOf(t, {
          version,
          locustfile: files.join(','),
          env: { PYTHONPATH: `${COMPANION_AUTO}:${FOLDER}:${COMPANION_AUTO}` },
        });
        assert.equal((await readCompanion(locust.url)).format, 1);
        await locust.swarm(2, 2);
        await locust.endRun();
        assert.doesNotMatch(locust.output(), /Traceback|WARNING\/locust_exporter|ERROR/);
      },
    );
  }

  it('by import alone, into Locust 1.6.0', needs(whyLocustIsMissing('1.6.0')), async (t) => {
    const folder = await folderOf(t, { 'locustfile.py': IMPORTING });
    const locustfile = path.join(folder, 'locustfile.py');
    const { url } = await locustOf(t, {
      version: '1.6.0',
      locustfile,
      env: { PYTHONPATH: FOLDER },
    });
    assert.equal((await readCompanion(url)).format, 1);
  });

  it(
    'by PYTHONPATH into a Locust that forks its workers',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const { url } = await locustOf(t, {
        version: 'newest',
        args: ['--processes', '2'],
        env: { PYTHONPATH: COMPANION_AUTO },
        isReady: async (port) =>
          (await isListening(port)) &&
          (await readCompanion(`http://127.0.0.1:${port}`)).workers?.length === 2,
      });
      assert.equal((await readCompanion(url)).state, 'ready');
    },
  );

  it('and does nothing in a worker', needs(whyLocustIsMissing('newest')), async (t) => {
    const locust = await locustOf(t, {
      version: 'newest',
      workers: 1,
      env: { PYTHONPATH: COMPANION_AUTO, LOCUST_EXPORTER_COMPANION_ADDRESS: 'nonsense' },
    });
    assert.doesNotMatch(locust.workers[0]!.output(), /companion/);
    assert.doesNotMatch(locust.main.output(), /companion/);
  });

  for (const version of ['0.11.0', '0.14.6']) {
    it(`and does nothing in Locust ${version}`, needs(whyLocustIsMissing(version)), async (t) => {
      const locust = await locustOf(t, {
        version,
        locustfile: path.join(import.meta.dirname, '../helpers/locustfile.py'),
        env: { PYTHONPATH: COMPANION_AUTO },
      });
      assert.equal((await fetchCompanion(locust.url)).status, 404);
      assert.doesNotMatch(locust.output(), /companion|Traceback/);
    });
  }

  it('without msgpack it tells JSON', needs(whyLocustIsMissing('newest')), async (t) => {
    const folder = await folderOf(t, {
      'locustfile.py': [
        'import sys, msgpack',
        'sys.modules["msgpack"] = None',
        IMPORTING,
        'sys.modules["msgpack"] = msgpack',
      ].join('\n'),
    });
    const locustfile = path.join(folder, 'locustfile.py');
    const locust = await locustOf(t, {
      version: 'newest',
      locustfile,
      env: { PYTHONPATH: FOLDER },
    });
    const response = await fetchCompanion(locust.url, { accept: 'application/msgpack' });
    assert.equal(response.headers.get('content-type'), 'application/json');
  });

  it(
    'with its file missing there is one warning',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const folder = await folderOf(t, { 'auto/placeholder': '' });
      await copyFile(`${COMPANION_AUTO}/sitecustomize.py`, `${folder}/auto/sitecustomize.py`);
      const locust = await locustOf(t, {
        version: 'newest',
        env: { PYTHONPATH: `${folder}/auto` },
      });
      assert.equal(
        locust.output().match(/companion of locust-exporter was not started/g)?.length,
        1,
      );
      assert.equal((await fetchCompanion(locust.url)).status, 404);
    },
  );
});

/** What a Python prints that starts with these folders on its path, and with this program. */
async function python(folders: readonly string[], program: string): Promise<string> {
  demand(whyLocustIsMissing('newest'));
  const command = path.join(path.dirname(locustPath('newest')), 'python');
  const env = { PYTHONPATH: folders.join(':'), PYTHONDONTWRITEBYTECODE: '1' };
  const running = await startProcess(command, ['-c', program], { env });
  assert.equal(await running.exited, 0, running.output());
  return running.output().trim();
}

void describe('auto/sitecustomize.py in any Python', needs(whyLocustIsMissing('newest')), () => {
  const program = 'import sys, sitecustomize; print(getattr(sitecustomize, "NAME", "ours"))';

  it('is silent, and loads nothing that Python alone does not', async () => {
    assert.equal(await python([COMPANION_AUTO], program), 'ours');
    const modules = 'import sys; print(*sorted(sys.modules), sep="\\n")';
    const alone = new Set((await python([], modules)).split('\n'));
    const more = (await python([COMPANION_AUTO], modules)).split('\n');
    assert.deepEqual(
      more.filter((name) => !alone.has(name)),
      ['sitecustomize'],
    );
  });

  it('runs the one that it hides, which programs then see', async (t) => {
    const hidden = await folderOf(t, {
      'sitecustomize.py': 'NAME = "theirs"; print("theirs ran")',
    });
    assert.equal(await python([COMPANION_AUTO, hidden], program), 'theirs ran\ntheirs');
    assert.equal(
      await python([COMPANION_AUTO, COMPANION_AUTO, hidden], program),
      'theirs ran\ntheirs',
    );
  });

  it('runs the one that another copy of it hides', async (t) => {
    const hidden = await folderOf(t, { 'sitecustomize.py': 'print("theirs ran")' });
    const copy = await folderOf(t, {});
    await copyFile(`${COMPANION_AUTO}/sitecustomize.py`, `${copy}/sitecustomize.py`);
    assert.equal(await python([COMPANION_AUTO, copy, hidden], 'print("on")'), 'theirs ran\non');
  });

  it('has the faults of the one that it hides told as Python tells them', async (t) => {
    for (const fault of [
      'raise ValueError("a fault")',
      'import no_such_module',
      'raise ImportError("x", name="sitecustomize")',
    ]) {
      const hidden = await folderOf(t, { 'sitecustomize.py': fault });
      assert.equal(
        await python([COMPANION_AUTO, hidden], 'print("on")'),
        await python([hidden], 'print("on")'),
      );
    }
  });

  it('still loads the companion when the one that it hides fails', async (t) => {
    const hidden = await folderOf(t, { 'sitecustomize.py': 'raise ValueError("a fault")' });
    const env = { PYTHONPATH: `${COMPANION_AUTO}:${hidden}` };
    const { url } = await locustOf(t, { version: 'newest', env });
    assert.equal((await readCompanion(url)).format, 1);
  });
});
