import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';

export const FOLDER = path.resolve(import.meta.dirname, '../../deploy/kubernetes');
export const GOLDEN = path.join(import.meta.dirname, 'golden');

/** As much of the kinds as the tests look at; the schemas look at the rest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec?: unknown;
}

export type Labels = Readonly<Record<string, string>>;

export interface Security {
  readonly privileged?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type: string };
  readonly procMount?: string;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
}

export interface Resources {
  readonly requests: { readonly cpu?: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly ports?: readonly {
    readonly name: string;
    readonly containerPort: number;
    readonly hostPort?: number;
  }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources?: Resources;
  readonly securityContext?: Security;
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: Security;
  readonly initContainers?: readonly Container[];
  readonly containers?: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Labels };
  readonly spec: PodSpec;
}

/** All files of a kind in deploy/kubernetes, relative to it. */
export function deployFiles(pattern: string): string[] {
  return globSync(pattern, { cwd: FOLDER }).sort();
}

export function readAll(file: string): Manifest[] {
  return parseManifests(readFileSync(path.resolve(FOLDER, file), 'utf8'));
}

export function readOne(file: string): unknown {
  const all = readAll(file);
  if (all.length !== 1) throw new Error(`${file} is not one document`);
  return all[0];
}

/** The documents of a YAML text. */
export function parseManifests(text: string): Manifest[] {
  return Array.from(parseAllDocuments(text), (document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Manifest;
  });
}

/** Of every kind that makes pods; undefined for the others. */
export function podTemplate({ kind, spec }: Manifest): PodTemplate | undefined {
  const { jobTemplate, template } = (spec ?? {}) as {
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
    readonly template?: PodTemplate;
  };
  return kind === 'CronJob' ? jobTemplate?.spec.template : template;
}

/** Where a PodMonitor or a ServiceMonitor scrapes. */
export interface Endpoint {
  readonly port?: string;
  readonly portNumber?: number;
  readonly path: string;
  readonly interval: string;
  readonly scrapeTimeout: string;
  readonly relabelings: readonly {
    readonly sourceLabels: readonly string[];
    readonly targetLabel: string;
  }[];
}

/** Of a PodMonitor or a ServiceMonitor; none for other kinds. */
export function endpointsOf({ kind, spec }: Manifest): readonly Endpoint[] {
  const { podMetricsEndpoints, endpoints } = (spec ?? {}) as Record<string, readonly Endpoint[]>;
  if (kind === 'PodMonitor') return podMetricsEndpoints!;
  return kind === 'ServiceMonitor' ? endpoints! : [];
}

export function containersOf(pod: PodSpec): Container[] {
  return [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
}

/** Whether labels are those that a selector asks for. */
export function selects(selector: Labels, labels: Labels = {}): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

const { kinds, $defs } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'schemas.json'), 'utf8'),
) as { kinds: Record<string, string>; $defs: object };
// The schemas are not ours, so no opinions about their style.
const ajv = new Ajv({ strict: false, allErrors: true }).addSchema({ $id: 'all', $defs });

/** What is wrong with a manifest, one line each. */
export function problemsOf(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  const definition = kinds[kind];
  if (definition === undefined) return [`no schema of ${kind}`];
  return check(definition, manifest);
}

/** The same for what is a manifest only once it is part of another. */
export function problemsOfContainer(container: Container): string[] {
  return check('io.k8s.api.core.v1.Container', container);
}

function check(definition: string, value: unknown): string[] {
  ajv.validate(`all#/$defs/${definition}`, value);
  return (ajv.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

const VOLUMES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral'],
  ...['persistentVolumeClaim', 'projected', 'secret'],
];

/** What the level `restricted` of the Pod Security Standards forbids of a pod. */
export function podViolations(pod: PodSpec): string[] {
  const volumes = (pod.volumes ?? []).flatMap(({ name, ...source }) =>
    Object.keys(source).every((type) => VOLUMES.includes(type)) ? [] : [`volume ${String(name)}`],
  );
  const host = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => pod[field]);
  const containers = containersOf(pod).flatMap((container) =>
    containerViolations(container, pod.securityContext).map((rule) => `${container.name}: ${rule}`),
  );
  return [...volumes, ...host, ...containers];
}

/** The same for a container, which inherits what it does not say. */
export function containerViolations(container: Container, pod: Security = {}): string[] {
  const own = container.securityContext ?? {};
  const { capabilities } = own;
  const rules: readonly (readonly [string, boolean])[] = [
    ['privileged', own.privileged !== true],
    ['allowPrivilegeEscalation', own.allowPrivilegeEscalation === false],
    ['capabilities.drop', capabilities?.drop?.includes('ALL') === true],
    ['capabilities.add', (capabilities?.add ?? []).every((name) => name === 'NET_BIND_SERVICE')],
    ['runAsNonRoot', own.runAsNonRoot ?? pod.runAsNonRoot ?? false],
    ['runAsUser', (own.runAsUser ?? pod.runAsUser) !== 0],
    [
      'seccompProfile',
      ['RuntimeDefault', 'Localhost'].includes(
        (own.seccompProfile ?? pod.seccompProfile)?.type ?? '',
      ),
    ],
    ['procMount', (own.procMount ?? 'Default') === 'Default'],
    ['hostPort', (container.ports ?? []).every(({ hostPort = 0 }) => hostPort === 0)],
  ];
  return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]));
}
