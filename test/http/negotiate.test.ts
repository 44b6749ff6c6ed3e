import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { negotiateFormat } from '../../src/http/negotiate.ts';

const PROTOBUF =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

/** As real servers send them, each with its own settings. */
const PROMETHEUS = {
  '2.42':
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  '2.53.3':
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  '3.5.3':
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  '3.16.0':
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=0.0.1;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3',
};

/** The same, where native histograms are switched on or protobuf is the first of their choice. */
const PROMETHEUS_FOR_PROTOBUF = {
  '2.42 with native histograms': `${PROTOBUF},application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
  '2.53.3 with native histograms': `${PROTOBUF};q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
  '2.53.3 with scrape_protocols': `${PROTOBUF};q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
  '3.5.3 with native histograms': `${PROTOBUF};q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
  '3.16.0 with native histograms': `${PROTOBUF};q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
  '3.16.0 with scrape_protocols': `${PROTOBUF};q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4`,
};

const PROTOBUF_OTHERWISE = {
  'it alone': PROTOBUF,
  'its parameters in another order and in quotes':
    'Application/vnd.google.protobuf; encoding="delimited"; proto="io.prometheus.client.MetricFamily"',
  'it as much as the others': `text/plain;q=0.5,${PROTOBUF};q=0.5,application/openmetrics-text;q=0.5`,
  'it with an escaping scheme': `${PROTOBUF};escaping=allow-utf-8;q=0.6,text/plain;q=0.5`,
};

const OPENMETRICS = {
  'OpenMetrics rather than text of another version':
    'text/plain;version=1.0.0;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5',
  'OpenMetrics alone': 'application/openmetrics-text',
  'its version in quotes': 'application/openmetrics-text; version="1.0.0"',
  'other letters and spaces': ' Application/OpenMetrics-Text ; Version = 1.0.0 ; Q = 0.2 ',
  'OpenMetrics as much as text': 'text/plain;q=0.5,application/openmetrics-text;q=0.5',
  'OpenMetrics rather than protobuf': `${PROTOBUF};q=0.4,application/openmetrics-text;version=1.0.0;q=0.5`,
  'OpenMetrics where protobuf is refused': `${PROTOBUF};q=0,application/openmetrics-text;q=0.1`,
  'the better of two weights':
    'application/openmetrics-text;q=0.1,application/openmetrics-text;version=1.0.0;q=0.9,text/plain;q=0.5',
};

const TEXT = {
  'text without a version rather than OpenMetrics':
    'text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5',
  'text of our version rather than OpenMetrics':
    'text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5',
  'a browser': 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
  'anything at all': '*/*',
  'text alone': 'text/plain',
  'text before OpenMetrics':
    'text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5',
  'OpenMetrics refused': 'application/openmetrics-text;q=0,text/plain;q=0',
  'an older draft': 'application/openmetrics-text;version=0.0.1',
  'a version that there is not': 'application/openmetrics-text;version=2.0.0',
  'a type that begins so': 'application/openmetrics-text-too',
  'a parameter that is called so': 'text/html;x=application/openmetrics-text',
  'text rather than protobuf': `${PROTOBUF};q=0.4,text/plain;q=0.5`,
  'protobuf as text': `${PROTOBUF.replace('delimited', 'text')},text/plain;q=0.1`,
  'protobuf in short': PROTOBUF.replace('delimited', 'compact-text'),
  'protobuf without its encoding': PROTOBUF.replace(';encoding=delimited', ''),
  'protobuf of anything': 'application/vnd.google.protobuf',
  'protobuf of something else': PROTOBUF.replace('MetricFamily', 'Metric'),
  'protobuf refused': `${PROTOBUF};q=0`,
  'a weight that is none': 'application/openmetrics-text;q=abc',
  'a weight that is too much': 'application/openmetrics-text;q=2',
  'a weight below nothing': 'application/openmetrics-text;q=-1',
  nothing: '',
  nonsense: ';;,=,q=1;,"',
};

describe('protobuf is for', () => {
  for (const [what, accept] of Object.entries(PROMETHEUS_FOR_PROTOBUF)) {
    it(`Prometheus ${what}`, () => {
      assert.equal(negotiateFormat(accept), 'protobuf');
    });
  }

  for (const [what, accept] of Object.entries(PROTOBUF_OTHERWISE)) {
    it(what, () => {
      assert.equal(negotiateFormat(accept), 'protobuf');
    });
  }
});

describe('OpenMetrics is for', () => {
  for (const [what, accept] of Object.entries(PROMETHEUS)) {
    it(`Prometheus ${what}`, () => {
      assert.equal(negotiateFormat(accept), 'openmetrics');
    });
  }

  for (const [what, accept] of Object.entries(OPENMETRICS)) {
    it(what, () => {
      assert.equal(negotiateFormat(accept), 'openmetrics');
    });
  }
});

describe('text is for', () => {
  for (const [what, accept] of Object.entries(TEXT)) {
    it(what, () => {
      assert.equal(negotiateFormat(accept), 'text');
    });
  }

  it('no header', () => {
    assert.equal(negotiateFormat(undefined), 'text');
  });
});
