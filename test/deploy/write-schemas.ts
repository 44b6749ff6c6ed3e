/**
 * Writes schemas.json: what Kubernetes and the Prometheus operator say of the kinds in
 * deploy/kubernetes, in as far as these need it. Run it as
 *
 *   node test/deploy/write-schemas.ts
 *
 * It wants python3 with pip for the package kubernetes-validate, which has the schemas of
 * Kubernetes, and go for the module of the Prometheus operator, which has those of its kinds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';

/** The first with native sidecars by default: what it knows, every later one knows. */
const KUBERNETES = '1.29.0';
const KUBERNETES_VALIDATE = 'kubernetes-validate==1.37.0';
const OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const KINDS: Readonly<Record<string, string>> = {
  'v1 Namespace': 'io.k8s.api.core.v1.Namespace',
  'v1 ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1 Service': 'io.k8s.api.core.v1.Service',
  'v1 LimitRange': 'io.k8s.api.core.v1.LimitRange',
  'v1 Pod': 'io.k8s.api.core.v1.Pod',
  'v1 ServiceAccount': 'io.k8s.api.core.v1.ServiceAccount',
  'apps/v1 Deployment': 'io.k8s.api.apps.v1.Deployment',
  'apps/v1 StatefulSet': 'io.k8s.api.apps.v1.StatefulSet',
  'batch/v1 Job': 'io.k8s.api.batch.v1.Job',
  'batch/v1 CronJob': 'io.k8s.api.batch.v1.CronJob',
  'networking.k8s.io/v1 NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
  'rbac.authorization.k8s.io/v1 ClusterRole': 'io.k8s.api.rbac.v1.ClusterRole',
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': 'io.k8s.api.rbac.v1.ClusterRoleBinding',
};

/** The first that serves the kinds below without a feature gate. */
const NEWER_KUBERNETES = '1.36.0';
const ADMISSION = 'io.k8s.api.admissionregistration.v1';
const NEWER_KINDS: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy': `${ADMISSION}.MutatingAdmissionPolicy`,
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding': `${ADMISSION}.MutatingAdmissionPolicyBinding`,
};
const MONITORS: Readonly<Record<string, string>> = {
  'monitoring.coreos.com/v1 PodMonitor': 'podmonitors',
  'monitoring.coreos.com/v1 ServiceMonitor': 'servicemonitors',
  'monitoring.coreos.com/v1 PrometheusRule': 'prometheusrules',
  'monitoring.coreos.com/v1 Probe': 'probes',
  'monitoring.coreos.com/v1alpha1 ScrapeConfig': 'scrapeconfigs',
};
/** Ways of discovery that nothing here uses; they are most of the schema of a ScrapeConfig. */
const UNUSED = /^(?!kubernetes|static).*(?:SDConfigs|Configs)$/;

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
/** What the schemas have in their descriptions only; the API server does check it. */
const ENUMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'io.k8s.api.core.v1.Container': {
    restartPolicy: ['Always'],
    imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  },
  'io.k8s.api.core.v1.ContainerPort': { protocol: PROTOCOLS },
  'io.k8s.api.core.v1.HTTPGetAction': { scheme: ['HTTP', 'HTTPS'] },
  'io.k8s.api.core.v1.PodSpec': { restartPolicy: ['Always', 'OnFailure', 'Never'] },
  'io.k8s.api.core.v1.SeccompProfile': { type: ['RuntimeDefault', 'Localhost', 'Unconfined'] },
  'io.k8s.api.core.v1.ServicePort': { protocol: PROTOCOLS },
  'io.k8s.api.apps.v1.DeploymentStrategy': { type: ['Recreate', 'RollingUpdate'] },
  'io.k8s.api.networking.v1.NetworkPolicyPort': { protocol: PROTOCOLS },
};
const PORT_NAME = { type: 'string', pattern: '^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 15 };
const OVERRIDES: Readonly<Record<string, unknown>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    anyOf: [
      { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(m|k|[MGTPE]i?|Ki)?$' },
      { type: 'number' },
    ],
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    anyOf: [{ type: 'string' }, { type: 'integer' }],
  },
};

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without what is for readers, without null, and with no field that it does not name. */
function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (!isObject(node)) return node;
  const { properties, ...rest } = node;
  const left = Object.entries(rest).filter(
    ([key]) =>
      !['description', 'format', 'default', 'nullable', '$schema'].includes(key) &&
      !key.startsWith('x-'),
  );
  const schema = Object.fromEntries(left.map(([key, value]) => [key, strict(value)]));
  // Go's flag for any case, which JavaScript does not have; what we write is in lower case.
  if (typeof schema['pattern'] === 'string') {
    schema['pattern'] = schema['pattern'].replace('(?i)', '');
  }
  if (Array.isArray(schema['type'])) {
    schema['type'] = schema['type'].find((type) => type !== 'null');
  }
  if (typeof schema['$ref'] === 'string') {
    schema['$ref'] = schema['$ref'].replace(/^.*\$defs\//, '#/$defs/');
  }
  if (!isObject(properties)) return schema;
  return {
    additionalProperties: false,
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, strict(value)]),
    ),
  };
}

function definition(name: string, all: Json): unknown {
  if (name in OVERRIDES) return OVERRIDES[name];
  const schema = strict(all[name]) as Json;
  const properties = (schema['properties'] ?? {}) as Json;
  for (const [field, values] of Object.entries(ENUMS[name] ?? {})) {
    if (!(field in properties)) throw new Error(`no ${field} in ${name}`);
    properties[field] = { type: 'string', enum: values };
  }
  if (/\.(Container|Service)Port$/.test(name)) properties['name'] = PORT_NAME;
  // The server fills it in; nobody writes it.
  if (!name.startsWith(META)) delete properties['status'];
  delete properties['managedFields'];
  return schema;
}

function refsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(refsIn);
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice('#/$defs/'.length)] : refsIn(value),
  );
}

/** @returns the definitions of a release of Kubernetes, by a function of its version. */
function kubernetesDefinitions(folder: string): (version: string) => Json {
  const run = (...args: string[]) => execFileSync('python3', ['-m', ...args], { cwd: folder });
  run('pip', 'download', '--quiet', '--no-deps', KUBERNETES_VALIDATE);
  run(
    'zipfile',
    '-e',
    `${KUBERNETES_VALIDATE.replace('==', '-').replace('-', '_')}-py3-none-any.whl`,
    '.',
  );
  return (version) => {
    const file = `kubernetes_validate/kubernetes-json-schema/v${version}-local-strict/_definitions.json`;
    return (JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { $defs: Json }).$defs;
  };
}

function monitorSchema(folder: string, kind: string, plural: string): Json {
  const file = `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`;
  const crd = parse(readFileSync(path.join(folder, file), 'utf8')) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: unknown } }[] };
  };
  const version = crd.spec.versions.find(({ name }) => kind.includes(`/${name} `));
  const schema = strict(version?.schema.openAPIV3Schema) as { properties: Json };
  schema.properties['metadata'] = { $ref: `#/$defs/${META}.ObjectMeta` };
  delete schema.properties['status'];
  const spec = schema.properties['spec'] as { properties: Json };
  spec.properties = Object.fromEntries(
    Object.entries(spec.properties).filter(([name]) => !UNUSED.test(name)),
  );
  return schema;
}

const folder = mkdtempSync(path.join(tmpdir(), 'schemas-'));
try {
  const definitionsOf = kubernetesDefinitions(folder);
  const module = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', OPERATOR], { cwd: folder, encoding: 'utf8' }),
  ) as { Dir: string };
  const $defs: Json = {};
  const addFrom = (all: Json) =>
    function add(name: string): void {
      if (name in $defs) return;
      $defs[name] = definition(name, all);
      refsIn($defs[name]).forEach(add);
    };
  Object.values(KINDS).forEach(addFrom(definitionsOf(KUBERNETES)));
  Object.values(NEWER_KINDS).forEach(addFrom(definitionsOf(NEWER_KUBERNETES)));
  for (const [kind, plural] of Object.entries(MONITORS)) {
    $defs[kind.replace(/^.* /, '')] = monitorSchema(module.Dir, kind, plural);
  }
  const kinds = {
    ...KINDS,
    ...NEWER_KINDS,
    ...Object.fromEntries(Object.keys(MONITORS).map((kind) => [kind, kind.replace(/^.* /, '')])),
  };
  const sorted = Object.fromEntries(Object.entries($defs).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ kubernetes: KUBERNETES, operator: OPERATOR, kinds, $defs: sorted });
  writeFileSync(path.join(import.meta.dirname, 'schemas.json'), `${text}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
