import assert from 'node:assert/strict';
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';

import { startSimulatedLocust, type SimulatedLocust } from '../../src/demo/simulated-locust.ts';
import {
  buildImage,
  listFiles,
  whyBuildahIsMissing,
  type BuiltImage,
} from '../helpers/built-image.ts';
import { freePort } from '../helpers/free-port.ts';
import { startImage, type ContainerOptions } from '../helpers/image-container.ts';
import { needs } from '../helpers/requirement.ts';
import { SHIPPED_FLAGS } from '../helpers/shipped-flags.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

describe('the image', needs(whyBuildahIsMissing()), () => {
  let image: BuiltImage;
  let locust: SimulatedLocust;
  const read = (file: string) => readFileSync(path.join(image.root, file), 'utf8');

  before(async () => {
    locust = await startSimulatedLocust({ workers: 2 });
    image = await buildImage('0123abc');
  });
  after(async () => {
    await locust.close();
    await image.remove();
  });

  const start = async (t: TestContext, port: number, options: ContainerOptions = {}) => {
    const container = await startImage(image, {
      ...options,
      // By name: the image has what is needed to look it up.
      env: { LOCUST_URL: locust.url.replace('127.0.0.1', 'localhost'), ...options.env },
    });
    t.after(() => container.stop());
    const get = async (route: string) =>
      (
        await fetch(`http://127.0.0.1:${port}${route}`, { signal: AbortSignal.timeout(5000) })
      ).text();
    await waitUntil('the image serves', async () => {
      if (container.process.exit !== undefined) throw new Error(container.process.output());
      return (await get('/healthz').catch(() => '')) !== '' || undefined;
    });
    return { container, get };
  };

  it('adds the program to the base and nothing else, for every user to read', () => {
    const added = listFiles(image.root).filter((file) => !image.baseFiles.includes(file));
    assert.deepEqual(added.filter((file) => !file.startsWith('/app/dist/')).sort(), [
      '/app/LICENSE',
      '/app/package.json',
      '/usr/bin/locust_exporter',
      '/usr/local/bin/locust-exporter',
    ]);
    assert.ok(added.includes('/app/dist/bin.js'));
    assert.ok(added.includes('/app/dist/third-party-licenses.txt'));
    for (const file of added) {
      const stat = lstatSync(path.join(image.root, file));
      assert.equal(stat.uid + stat.gid, 0, file);
      assert.match((stat.mode & 0o7777).toString(8), /^(644|755)$/, file);
    }
  });

  it('says what it is', () => {
    const { Labels, ExposedPorts } = image.config;
    assert.equal(Labels['org.opencontainers.image.version'], version);
    assert.equal(Labels['org.opencontainers.image.revision'], '0123abc');
    assert.deepEqual(Object.keys(ExposedPorts), ['9646/tcp']);
  });

  it('tells scanners what is in it', () => {
    const { components } = JSON.parse(read('app/dist/sbom.cdx.json')) as {
      components: { group?: string; name: string; version: string }[];
    };
    const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const locked = new Set(
      Object.entries(packages).map(
        ([key, one]) => `${key.replace(/^.*node_modules\//, '')} ${one.version}`,
      ),
    );
    const bundled = components.map(({ group, name, version }) =>
      [group, `${name} ${version}`].filter((part) => part !== undefined).join('/'),
    );
    assert.ok(bundled.length > 20);
    const licenses = read('app/dist/third-party-licenses.txt').split(/^-{72}$/m);
    assert.equal(bundled.length, licenses.length);
    assert.deepEqual(
      bundled.filter((one) => !locked.has(one)),
      [],
    );
  });

  for (const user of ['65534:65534', '1000770000:0']) {
    it(`scrapes Locust as user ${user}, with no capabilities and a read-only root`, async (t) => {
      const port = await freePort();
      const { container, get } = await start(t, port, {
        user,
        env: { LISTEN_ADDRESS: `127.0.0.1:${port}` },
      });
      const metrics = await get('/metrics');
      assert.match(metrics, /^locust_up 1$/m);
      assert.match(metrics, new RegExp(`build_info\\{version="${version}",revision="0123abc"`));
      const status = readFileSync(`/proc/${container.pid()}/status`, 'utf8');
      assert.match(status, new RegExp(`^Uid:\\t${user.split(':')[0]!}\\t`, 'm'));
      assert.match(status, /^CapEff:\t0+$/m);
      assert.match(status, /^NoNewPrivs:\t1$/m);
      const mounts = readFileSync(`/proc/${container.pid()}/mounts`, 'utf8');
      assert.match(mounts, /^\S+ \/ \S+ ro,/m);
      const words = readFileSync(`/proc/${container.pid()}/cmdline`, 'utf8').split('\0');
      assert.deepEqual(words.slice(1, 1 + SHIPPED_FLAGS.length), SHIPPED_FLAGS);

      process.kill(container.pid(), 'SIGTERM');
      assert.equal(await container.process.exited, 0, container.process.output());
    });
  }

  it('is healthy on the port that its arguments say, and has no shell', async (t) => {
    const port = await freePort();
    const { container } = await start(t, port, {
      args: [`--web.listen-address=127.0.0.1:${port}`],
      command: ['/bin/locust_exporter'],
    });
    const words = readFileSync(`/proc/${container.pid()}/cmdline`, 'utf8').split('\0');
    assert.deepEqual(words.slice(1, 1 + SHIPPED_FLAGS.length), SHIPPED_FLAGS);
    const [kind, ...check] = image.config.Healthcheck.Test;
    assert.equal(kind, 'CMD');
    const healthy = await container.exec(check);
    assert.equal(await healthy.exited, 0, healthy.output());
    const elsewhere = await container.exec([...check, '--listen-address', `:${await freePort()}`]);
    assert.equal(await elsewhere.exited, 1, elsewhere.output());
    const shell = await container.exec(['/bin/sh', '-c', 'id']);
    assert.equal(await shell.exited, 127, shell.output());
  });

  it('runs the commands of the program', async () => {
    for (const [args, expected] of [
      [['--version'], new RegExp(`^locust-exporter ${version} \\(revision 0123abc, Node`)],
      [['--help'], /^Usage: locust-exporter/],
      [['stats', '--locust-url', locust.url], /Aggregated/],
    ] as const) {
      const { process: running } = await startImage(image, { args });
      assert.equal(await running.exited, 0, running.output());
      assert.match(running.stdout(), expected);
    }
  });
});
