import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseExposition } from '../helpers/parse-exposition.ts';

const HEAD = '# HELP a Help.\n# TYPE a gauge\n';
const SUMMARY = '# HELP s Help.\n# TYPE s summary\n';
const COUNTER = '# HELP c Help.\n# TYPE c counter\n';

const BAD = {
  'a blank line alone': '\n',
  'no newline at the end': `${HEAD}a 1`,
  'a blank line': `${HEAD}a 1\n\n`,
  'no help': '# TYPE a gauge\na 1\n',
  'no type': '# HELP a Help.\na 1\n',
  'type before help': '# TYPE a gauge\n# HELP a Help.\na 1\n',
  'a sample before its head': `a 1\n${HEAD}`,
  'a type that there is not': '# HELP a Help.\n# TYPE a gouge\na 1\n',
  'a family twice': `${HEAD}a{x="1"} 1\n${HEAD}a{x="2"} 1\n`,
  'a family without samples': HEAD,
  'a sample of another family': `${HEAD}b 1\n`,
  'a series twice': `${HEAD}a{x="1",y="2"} 1\na{y="2",x="1"} 1\n`,
  'a label twice': `${HEAD}a{x="1",x="2"} 1\n`,
  'a bad name': '# HELP 1a Help.\n# TYPE 1a gauge\n1a 1\n',
  'a bad label name': `${HEAD}a{x-y="1"} 1\n`,
  'an unknown escape': `${HEAD}a{x="\\t"} 1\n`,
  'a quote that is not escaped': `${HEAD}a{x="""} 1\n`,
  'a newline that is not escaped': `${HEAD}a{x="\n"} 1\n`,
  'half a character': `${HEAD}a{x="\ud800"} 1\n`,
  'empty braces': `${HEAD}a{} 1\n`,
  'a comma at the end': `${HEAD}a{x="1",} 1\n`,
  'no value': `${HEAD}a\n`,
  'a value that is no number': `${HEAD}a null\n`,
  'another name of infinity': `${HEAD}a Infinity\n`,
  'two spaces': `${HEAD}a  1\n`,
  'a space at the end': `${HEAD}a 1 \n`,
  'a gauge with a quantile': `${HEAD}a{quantile="0.5"} 1\n`,
  'a quantile above 1': `${SUMMARY}s{quantile="2"} 1\n`,
  'a sum with a quantile': `${SUMMARY}s_sum{quantile="1"} 1\n`,
  'a summary without a quantile': `${SUMMARY}s 1\n`,
};

const BAD_OPENMETRICS = {
  'nothing at all': '',
  'no end': `${HEAD}a 1\n`,
  'an end without a newline': `${HEAD}a 1\n# EOF`,
  'something after the end': '# EOF\na 1\n',
  'two ends': '# EOF\n# EOF\n',
  'a counter without _total': `${COUNTER}c 1\n# EOF\n`,
  'a negative counter': `${COUNTER}c_total -1\n# EOF\n`,
  'a counter that is no number': `${COUNTER}c_total NaN\n# EOF\n`,
  'a negative sum': `${SUMMARY}s_sum -1\n# EOF\n`,
  'a negative count': `${SUMMARY}s_count -1\n# EOF\n`,
  'a summary torn apart': `${SUMMARY}s_sum{x="1"} 1\ns_sum{x="2"} 1\ns_count{x="1"} 1\n# EOF\n`,
  'a quote in help': '# HELP a "b"\n# TYPE a gauge\na 1\n# EOF\n',
};

describe('the strict parser', () => {
  for (const [what, text] of Object.entries(BAD)) {
    it(`rejects ${what}`, () => {
      assert.throws(() => parseExposition(text, 'text'));
      assert.throws(() => parseExposition(`${text}# EOF\n`, 'openmetrics'));
    });
  }

  for (const [what, text] of Object.entries(BAD_OPENMETRICS)) {
    it(`rejects ${what} in OpenMetrics`, () => {
      assert.throws(() => parseExposition(text, 'openmetrics'));
    });
  }

  it('reads what is right', () => {
    const gauge = `${HEAD}a{x="\\\\n\\"\\n"} -1.5e-7\na NaN\n`;
    const summary = `${SUMMARY}s{quantile="0.5"} 1\ns_sum 2\ns_count 3\n`;
    const names = (text: string, format: 'text' | 'openmetrics') =>
      parseExposition(text, format).map(({ samples }) => samples.map(({ name }) => name));
    const expected = [['a', 'a'], ['s', 's_sum', 's_count'], ['c_total']];
    const text = '# HELP c_total Help.\n# TYPE c_total counter\nc_total 1\n';
    assert.deepEqual(names(gauge + summary + text, 'text'), expected);
    assert.deepEqual(
      names(`${gauge}${summary}${COUNTER}c_total 1\n# EOF\n`, 'openmetrics'),
      expected,
    );
    const [family] = parseExposition(gauge, 'text');
    assert.deepEqual(family?.samples[0]?.labels, { x: '\\n"\n' });
    assert.equal(family.samples[0].value, -1.5e-7);
    assert.equal(family.help, 'Help.');
  });

  it('takes an OpenMetrics exposition without families', () => {
    assert.deepEqual(parseExposition('# EOF\n', 'openmetrics'), []);
  });
});
