import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { parse } from 'yaml';

import { whyComposeIsMissing, composeServices, type ComposeService } from '../helpers/compose.ts';
import { newestPromtool, whyNewestPromtoolIsMissing } from '../helpers/promtool.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'deploy/compose');

const readYaml = (file: string): unknown => parse(readFileSync(join(ROOT, file), 'utf8'));

describe('compose.yaml', needs(whyComposeIsMissing()), () => {
  let services: Record<string, ComposeService> = {};
  before(async () => {
    services = await composeServices(join(FOLDER, 'compose.yaml'));
  });
  const all = () => Object.entries(services);
  const service = (name: string) => {
    assert.ok(services[name], name);
    return services[name];
  };
  const mounts = (name: string) => service(name).volumes ?? [];
  /** The file of the repository that a service finds at a path of its own. */
  const mounted = (name: string, path: string) => {
    const { source, target } = mounts(name).find(
      (mount) => path === mount.target || path.startsWith(`${mount.target}/`),
    )!;
    return join(source, path.slice(target.length));
  };
  /** What a service is called by others: its name and the port that it publishes. */
  const address = (name: string) => `${name}:${String(service(name).ports![0]!.target)}`;

  it('has a Locust with workers, the exporter, Prometheus and Grafana', () => {
    assert.deepEqual(Object.keys(services).sort(), [
      'exporter',
      'grafana',
      'locust-master',
      'locust-worker',
      'prometheus',
      'target',
    ]);
  });

  it('mounts files of this repository, to be read only', () => {
    const found = all().flatMap(([, { volumes = [] }]) => volumes);
    assert.ok(found.length > 0);
    for (const { type, source, read_only } of found) {
      assert.equal(type, 'bind');
      assert.ok(source.startsWith(join(ROOT, 'deploy/')) && existsSync(source), source);
      assert.equal(read_only, true, source);
    }
  });

  it('is reachable from this machine only', () => {
    const ports = all().flatMap(([, one]) => one.ports ?? []);
    assert.deepEqual(
      ports.map(({ host_ip, published }) => `${String(host_ip)}:${published}`).sort(),
      ['127.0.0.1:3000', '127.0.0.1:8089', '127.0.0.1:9090', '127.0.0.1:9646'],
    );
  });

  it('pins every image to one release', () => {
    for (const [name, { image, build }] of all()) {
      if (build) assert.ok(existsSync(join(build.context, 'Dockerfile')), name);
      else assert.match(image ?? '', /^[\w/]+:v?\d+\.\d+\.\d+$/, name);
    }
    const locusts = ['target', 'locust-master', 'locust-worker'].map((name) => service(name).image);
    assert.equal(new Set(locusts).size, 1);
  });

  it('waits only for what has a health check', () => {
    const awaited = all().flatMap(([, { depends_on = {} }]) => Object.entries(depends_on));
    assert.ok(awaited.length > 0);
    for (const [name, { condition }] of awaited) {
      assert.equal(condition, 'service_healthy');
      const { healthcheck, build } = service(name);
      const ofImage =
        build && /^HEALTHCHECK /m.test(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
      assert.ok(healthcheck?.test ?? ofImage, name);
    }
  });

  it('gives the exporter no more than it needs', () => {
    const { read_only, cap_drop, security_opt, mem_limit, volumes } = service('exporter');
    assert.deepEqual(
      { read_only, cap_drop, security_opt, volumes, mib: Number(mem_limit) / 2 ** 20 },
      {
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        volumes: undefined,
        mib: 192,
      },
    );
  });

  it('starts the load test with all workers there', () => {
    const { command, environment, entrypoint } = service('locust-master');
    assert.deepEqual(command, [
      '--master',
      '--autostart',
      '--expect-workers',
      String(service('locust-worker').deploy?.replicas),
    ]);
    assert.equal(entrypoint, null);
    assert.deepEqual(service('locust-worker').command, [
      ...['--worker', '--master-host', 'locust-master'],
    ]);
    for (const name of ['locust-master', 'locust-worker']) {
      const file = mounted(name, environment!['LOCUST_LOCUSTFILE']!);
      assert.equal(file, join(FOLDER, 'locustfile.py'));
    }
    assert.equal(mounted('target', service('target').entrypoint![1]!), join(FOLDER, 'target.py'));
  });

  it('connects every service to the right one', () => {
    assert.equal(
      service('exporter').environment!['LOCUST_URL'],
      `http://${address('locust-master')}`,
    );
    const { scrape_configs } = readYaml('deploy/compose/prometheus.yml') as {
      scrape_configs: { static_configs: unknown[] }[];
    };
    assert.deepEqual(scrape_configs[0]!.static_configs, [{ targets: [address('exporter')] }]);
    assert.equal(
      service('grafana').environment!['PROMETHEUS_URL'],
      `http://${address('prometheus')}`,
    );
    assert.match(service('target').healthcheck!.test!.at(-1)!, /127\.0\.0\.1:8000\/healthz/);
    assert.equal(service('locust-worker').environment!['LOCUST_HOST'], 'http://target:8000');
  });

  it(
    'has a Prometheus that promtool likes',
    needsOptional(whyNewestPromtoolIsMissing()),
    async () => {
      const folder = await temporaryFolder('compose');
      try {
        for (const { source, target } of mounts('prometheus')) {
          cpSync(source, join(folder.path, target), { recursive: true });
        }
        const file = join(folder.path, 'etc/prometheus/prometheus.yml');
        const { code, output } = await newestPromtool(['check', 'config', '--lint-fatal', file]);
        assert.equal(code, 0, output);
      } finally {
        await folder.remove();
      }
    },
  );

  it('loads the companion into the master by PYTHONPATH alone', () => {
    const pythonPath = service('locust-master').environment!['PYTHONPATH']!;
    assert.equal(mounted('locust-master', pythonPath), join(ROOT, 'deploy/locust/auto'));
    assert.equal(service('locust-worker').environment!['PYTHONPATH'], undefined);
  });

  it('puts dashboards and data source where Grafana looks', () => {
    const provisioning = mounted('grafana', '/etc/grafana/provisioning');
    const providers = globSync(join(provisioning, 'dashboards/*.yaml')).flatMap(
      (file) =>
        (parse(readFileSync(file, 'utf8')) as { providers: { options: { path: string } }[] })
          .providers,
    );
    assert.equal(providers.length, 1);
    const dashboards = mounted('grafana', providers[0]!.options.path);
    assert.ok(globSync(join(dashboards, '*.json')).length > 0, 'no dashboards');
    const sources = globSync(join(provisioning, 'datasources/*.yaml')).flatMap(
      (file) =>
        (parse(readFileSync(file, 'utf8')) as { datasources: { url: string }[] }).datasources,
    );
    assert.deepEqual(
      sources.map(({ url }) => url.replace(/[{}]/g, '')),
      ['$PROMETHEUS_URL'],
    );
  });
});

describe('prometheus.yml of the compose file', () => {
  it('is that of deploy/prometheus with native histograms, but for the address', () => {
    const own = readYaml('deploy/compose/prometheus.yml') as object;
    const original = readFileSync(
      join(ROOT, 'deploy/prometheus/prometheus-native-histograms.yml'),
      'utf8',
    );
    assert.match(original, /localhost:9646/);
    assert.deepEqual(own, parse(original.replaceAll('localhost:9646', 'exporter:9646')));
  });
});
