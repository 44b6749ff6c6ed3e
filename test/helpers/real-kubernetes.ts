import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';

import { createAuthority } from './certificates.ts';
import { isExecutable } from './find-on-path.ts';
import { freePort } from './free-port.ts';
import { demand, type Missing } from './requirement.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { GiveUp, waitUntil } from './wait-until.ts';

const CACHE = path.resolve(import.meta.dirname, '../../.cache/kubernetes');
const program = (name: string) => path.join(CACHE, name);

export function whyKubernetesIsMissing(): Missing {
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];
  return names.every((name) => isExecutable(program(name)))
    ? undefined
    : 'Kubernetes is not installed (npm run e2e:install:kubernetes, about ten minutes)';
}

/** As much of any object as the tests look at. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export interface RealKubernetes {
  /** @throws Error with what kubectl says, where it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Makes or changes objects; unknown fields are errors. */
  apply(manifests: string, namespace?: string): Promise<void>;
  get(namespace: string, kind: string, selector?: string): Promise<KubernetesObject[]>;
  stop(): Promise<void>;
}

/**
 * Starts an API server with its storage and the controllers, on loopback. Nothing runs the pods:
 * the controllers make them, admission judges them, and they wait for ever.
 */
export async function startKubernetes(): Promise<RealKubernetes> {
  demand(whyKubernetesIsMissing());
  const folder = await temporaryFolder('kubernetes');
  const inFolder = (name: string) => path.join(folder.path, name);
  const running: RunningProcess[] = [];
  const stop = async () => {
    for (const one of running.reverse()) await one.stop();
    await folder.remove();
  };
  const start = async (name: string, flags: Readonly<Record<string, string>>) => {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    running.push(await startProcess(program(name), args, { cwd: folder.path }));
  };

  try {
    const authority = await createAuthority(folder.path);
    const server = await authority.issue('127.0.0.1');
    const accounts = await authority.issue('service-accounts');
    const ports = await freePort(3);
    const [etcd, peer, url] = [0, 1, 2].map((add) => `127.0.0.1:${ports + add}`);
    await writeFile(
      inFolder('tokens.csv'),
      'admin,admin,1,system:masters\nmanager,system:kube-controller-manager,2\n',
    );
    for (const token of ['admin', 'manager']) {
      await writeFile(inFolder(token), kubeconfig(`https://${url!}`, authority.cert, token));
    }
    await start('etcd', {
      'data-dir': inFolder('etcd-data'),
      'listen-client-urls': `http://${etcd!}`,
      'advertise-client-urls': `http://${etcd!}`,
      'listen-peer-urls': `http://${peer!}`,
      'initial-advertise-peer-urls': `http://${peer!}`,
      'initial-cluster': `default=http://${peer!}`,
      'unsafe-no-fsync': 'true',
    });
    await start('kube-apiserver', {
      'etcd-servers': `http://${etcd!}`,
      'bind-address': '127.0.0.1',
      'advertise-address': '127.0.0.1',
      'secure-port': String(ports + 2),
      'endpoint-reconciler-type': 'none',
      'tls-cert-file': server.cert,
      'tls-private-key-file': server.key,
      'token-auth-file': inFolder('tokens.csv'),
      'service-account-key-file': accounts.cert,
      'service-account-signing-key-file': accounts.key,
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-cluster-ip-range': '10.96.0.0/16',
      'authorization-mode': 'RBAC',
    });
    const kubectl = async (args: readonly string[], input = '') => {
      const all = ['--kubeconfig', inFolder('admin'), ...args];
      const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path };
      const options = { input, env, extendEnv: false, timeout: 60_000, maxBuffer: 50_000_000 };
      const { stdout } = await execa(program('kubectl'), all, options);
      return stdout;
    };
    await waitUntil(
      'the API server is ready',
      async () => {
        const dead = running.find(({ exit }) => exit !== undefined);
        if (dead !== undefined) throw new GiveUp(dead.output().slice(-2000));
        return (await kubectl(['get', '--raw', '/readyz'])) === 'ok';
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
    await start('kube-controller-manager', {
      kubeconfig: inFolder('manager'),
      'bind-address': '127.0.0.1',
      'secure-port': String(ports + 3),
      'service-account-private-key-file': accounts.key,
      'root-ca-file': authority.cert,
      'use-service-account-credentials': 'true',
      'leader-elect': 'false',
    });
    const apply: RealKubernetes['apply'] = async (manifests, namespace) => {
      const where = namespace === undefined ? [] : ['--namespace', namespace];
      const how = ['--server-side', '--force-conflicts', '--validate=strict', '--filename=-'];
      await kubectl(['apply', ...how, ...where], manifests);
    };
    // Those of the Prometheus Operator; a chart or a monitor needs them to be served.
    const definitions = globSync(path.join(CACHE, 'crds/*.yaml')).sort();
    await kubectl(['apply', '--server-side', ...definitions.map((file) => `--filename=${file}`)]);
    await kubectl(['wait', '--for=condition=Established', '--timeout=50s', 'crd', '--all']);
    return {
      kubectl,
      apply,
      async get(namespace, kind, selector = '') {
        const args = ['get', kind, '-n', namespace, '-o', 'json', '-l', selector];
        return (JSON.parse(await kubectl(args)) as { items: KubernetesObject[] }).items;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeconfig(server: string, authority: string, token: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'it', cluster: { server, 'certificate-authority': authority } }],
    users: [{ name: 'me', user: { token } }],
    contexts: [{ name: 'here', context: { cluster: 'it', user: 'me' } }],
    'current-context': 'here',
  });
}
