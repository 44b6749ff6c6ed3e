/** How somebody starts ContainerSolutions/locust_exporter today, or us in its place. */
export interface Deployer {
  readonly name: string;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  /** Where it has to answer, when not there where the old one did. */
  readonly port?: number;
  readonly metricsPath?: string;
  readonly prefix?: string;
  /** `both`: also the names of the old exporter. */
  readonly names: 'both' | 'new';
  /** Whether a Locust comes and goes while it runs. */
  readonly locust: boolean;
  /** What ends it. */
  readonly end: 'SIGTERM' | 'GET /quitquitquit' | 'POST /quitquitquit';
  /** Lines of this level and above may be logged. */
  readonly logLevel?: 'warn';
}

const OPERATOR = {
  LOCUST_EXPORTER_URI: 'http://localhost:8089',
  LOCUST_EXPORTER_WEB_LISTEN_ADDRESS: ':9646',
};

export const DEPLOYERS: readonly Deployer[] = [
  {
    name: 'locust-k8s-operator 2.3.0, a native sidecar',
    env: OPERATOR,
    names: 'both',
    locust: true,
    end: 'SIGTERM',
  },
  {
    name: 'locust-k8s-operator before 2.3.0, a Job that ends its exporter by POST',
    env: OPERATOR,
    names: 'both',
    locust: true,
    end: 'POST /quitquitquit',
  },
  {
    name: 'a Job of their own that ends its exporter by GET',
    env: OPERATOR,
    names: 'both',
    locust: false,
    end: 'GET /quitquitquit',
  },
  {
    name: 'chart deliveryhero/prometheus-locust-exporter',
    args: [
      '--web.listen-address=:9646',
      '--web.telemetry-path=/metrics',
      '--locust.uri=http://localhost:8089',
      '--locust.timeout=5s',
      '--log.level=info',
    ],
    names: 'both',
    locust: true,
    end: 'SIGTERM',
  },
  {
    name: 'Compose',
    env: { LOCUST_EXPORTER_URI: 'http://localhost:8089' },
    names: 'both',
    locust: true,
    end: 'SIGTERM',
  },
  {
    name: 'Nomad',
    args: ['--locust.uri', 'http://localhost:8089'],
    names: 'both',
    locust: true,
    end: 'SIGTERM',
  },
  {
    name: 'GoogleCloudPlatform/ai-on-gke',
    env: { LOCUST_EXPORTER_WEB_LISTEN_ADDRESS: ':8080' },
    port: 8080,
    names: 'both',
    locust: false,
    end: 'SIGTERM',
  },
  {
    name: 'flags of the fork rvankruistum/locust-exporter',
    args: [
      ...['--web.listen-address', '0.0.0.0:9646', '--web.telemetry-path', '/metrics'],
      ...['--locust.uri', 'http://localhost:8089/', '--locust.namespace', 'locust'],
      ...['--locust.timeout', '1m30s'],
    ],
    names: 'both',
    locust: false,
    end: 'SIGTERM',
  },
  {
    name: 'variables of the fork rvankruistum/locust-exporter',
    env: {
      LOCUST_EXPORTER_WEB_LISTEN_ADDRESS: '[::]:9646',
      LOCUST_EXPORTER_WEB_TELEMETRY_PATH: '/load/metrics',
      LOCUST_EXPORTER_URI: 'http://localhost:8089/',
      LOCUST_METRIC_NAMESPACE: 'load',
      LOCUST_EXPORTER_TIMEOUT: '500ms',
    },
    metricsPath: '/load/metrics',
    prefix: 'load',
    names: 'both',
    locust: true,
    end: 'SIGTERM',
  },
  {
    name: 'chart deliveryhero/locust, with us among its master.initContainers',
    env: {
      LOCUST_URL: 'http://localhost:8089',
      // Kubernetes tells every container of services, here of locust and locust-exporter.
      LOCUST_SERVICE_HOST: '10.96.0.10',
      LOCUST_PORT: 'tcp://10.96.0.10:8089',
      LOCUST_EXPORTER_SERVICE_HOST: '10.96.0.11',
      LOCUST_EXPORTER_PORT: 'tcp://10.96.0.11:80',
    },
    names: 'new',
    locust: true,
    end: 'SIGTERM',
  },
  {
    name: 'log format JSON',
    args: ['--log.format=logger:stdout?json=true'],
    names: 'both',
    locust: false,
    end: 'SIGTERM',
  },
  {
    name: 'log format syslog',
    args: ['--log.format=logger:syslog?appname=x&local=7'],
    names: 'both',
    locust: false,
    end: 'SIGTERM',
  },
  {
    name: 'log level warning',
    args: ['--log.level=warning'],
    names: 'both',
    locust: false,
    end: 'SIGTERM',
    logLevel: 'warn',
  },
];
