import { createProtobufPage } from './encode-protobuf.ts';
import { createTextPage, type TextFormat } from './encode-text.ts';
import type { Page } from './page.ts';

export type ExpositionFormat = TextFormat | 'protobuf';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf:
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
};

export function createPage(format: ExpositionFormat): Page {
  return format === 'protobuf' ? createProtobufPage() : createTextPage(format);
}
