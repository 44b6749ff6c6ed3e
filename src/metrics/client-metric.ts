/** What prom-client's getMetricsAsJSON gives; its declared type leaves values out for some kinds. */
export interface ClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values?: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
  }[];
}
