/** All that deploy/kubernetes has: its manifests, its values, and the exporters in them. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kustomizeBuild } from '../helpers/kustomize.ts';
import {
  containersOf,
  deployFiles,
  FOLDER,
  GOLDEN,
  podTemplate,
  readAll,
  readOne,
  type Container,
  type Manifest,
  type PodSpec,
  type PodTemplate,
  type Probe,
  type Resources,
  type Security,
} from './manifests.ts';

export const NAME = 'locust-exporter';
export const EXAMPLES = ['web', 'job', 'job-headless', 'job-plain-sidecar'] as const;
export type Example = (typeof EXAMPLES)[number];

/** The file with what kustomize builds of an example. */
export function golden(example: Example): string {
  return path.join(GOLDEN, `${example}.yaml`);
}

export function buildExample(example: Example): Promise<string> {
  return kustomizeBuild(path.join(FOLDER, 'example', example));
}

// UPDATE_GOLDEN=1 writes the files instead of comparing with them.
if (process.env['UPDATE_GOLDEN'] === '1') {
  mkdirSync(GOLDEN, { recursive: true });
  for (const example of EXAMPLES) writeFileSync(golden(example), await buildExample(example));
}

interface LocustValues {
  readonly master: {
    readonly terminationGracePeriodSeconds: number;
    readonly strategy: { readonly type: string };
    readonly initContainers: readonly Container[];
    readonly extraVolumes: NonNullable<PodSpec['volumes']>;
    readonly extraVolumeMounts: NonNullable<Container['volumeMounts']>;
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly podSecurityContext: Security;
  readonly securityContext: Security;
  readonly extraObjects: readonly Manifest[];
}

interface ExporterValues {
  readonly image: { readonly repository: string; readonly tag: string };
  readonly config: Readonly<Record<string, string>>;
  readonly podSecurityContext: Security;
  readonly securityContext: Security;
  readonly resources: Resources;
  readonly podLivenessProbe: Probe;
  readonly podReadinessProbe: Probe;
  readonly serviceMonitor: {
    readonly enabled: boolean;
    readonly relabelings: readonly {
      readonly targetLabel: string;
      readonly replacement: string;
    }[];
  };
}

interface OperatorValues {
  readonly locustPods: {
    readonly metricsExporter: { image: string; port: number; resources: Resources };
  };
}

export const locustValues = readOne('values/deliveryhero-locust.yaml') as LocustValues;
export const exporterValues = readOne(
  'values/deliveryhero-prometheus-locust-exporter.yaml',
) as ExporterValues;
export const operatorValues = readOne('values/locust-k8s-operator.yaml') as OperatorValues;

/** Every manifest that is complete, by where it is. */
export const MANIFESTS: readonly (readonly [string, Manifest])[] = [
  ...[
    ...deployFiles('*.yaml'),
    ...deployFiles('example/**/!(kustomization).yaml'),
    ...EXAMPLES.map(golden),
  ]
    .flatMap((file) => readAll(file).map((manifest) => [file, manifest] as const))
    .map(([file, manifest]) => [path.basename(file), manifest] as const),
  ...locustValues.extraObjects.map((manifest) => ['deliveryhero-locust.yaml', manifest] as const),
];

/** The pods of the examples as kustomize builds them. */
export const PODS: readonly {
  readonly example: Example;
  readonly manifest: Manifest;
  readonly template: PodTemplate;
}[] = EXAMPLES.flatMap((example) =>
  readAll(golden(example)).flatMap((manifest) => {
    const template = podTemplate(manifest);
    return template === undefined ? [] : [{ example, manifest, template }];
  }),
);

export const IN_EXAMPLES: readonly {
  readonly example: Example;
  readonly manifest: Manifest;
  readonly pod: PodSpec;
  readonly container: Container;
}[] = PODS.flatMap(({ template: { spec: pod }, ...rest }) =>
  containersOf(pod).map((container) => ({ ...rest, pod, container })),
);

/** The exporter as the chart for it makes it from the values. */
export const OF_EXPORTER_CHART: Container = {
  name: NAME,
  image: `${exporterValues.image.repository}:${exporterValues.image.tag}`,
  ports: [{ name: 'prometheus', containerPort: 9646 }],
  livenessProbe: exporterValues.podLivenessProbe,
  readinessProbe: exporterValues.podReadinessProbe,
  resources: exporterValues.resources,
  securityContext: { ...exporterValues.podSecurityContext, ...exporterValues.securityContext },
};

/** The exporter as the chart for Locust makes it from the values. */
export const OF_LOCUST_CHART = locustValues.master.initContainers.find(
  ({ name }) => name === NAME,
)!;

/** Every container of the exporter, by where it is. */
export const EXPORTERS: readonly (readonly [string, Container])[] = [
  ...deployFiles('{component,plain-sidecar}/{sidecar,cron-job}.yaml').flatMap((file) =>
    containersOf(podTemplate(readOne(file) as Manifest)!.spec).map(
      (container) => [file, { ...container, image: imageOf(file) }] as const,
    ),
  ),
  ...IN_EXAMPLES.flatMap(({ example, container }) =>
    container.name === NAME ? [[`example/${example}`, container] as const] : [],
  ),
  ['values/deliveryhero-locust.yaml', OF_LOCUST_CHART],
  ['values/deliveryhero-prometheus-locust-exporter.yaml', OF_EXPORTER_CHART],
];

/** What the kustomization beside a patch makes of the image in it. */
function imageOf(file: string): string {
  const { images } = readOne(path.join(path.dirname(file), 'kustomization.yaml')) as {
    images: readonly { name: string; newName: string; newTag: string }[];
  };
  assert.deepEqual(
    images.map(({ name }) => name),
    [NAME],
  );
  return `${images[0]!.newName}:${images[0]!.newTag}`;
}
