import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Words } from './panels.ts';

/** Of panels that say whether the rows of endpoints and of errors are complete. */
export const LISTED: Words = {
  title: 'Listed by Locust',
  description:
    'Whether Locust lists all endpoints and all errors: it cuts off both lists after 500. Figures of all endpoints together are complete nevertheless.',
  unit: units.NoUnit,
  noValue: 'Locust is not reached',
};

export const LISTED_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      '0': { text: 'all', color: 'green', index: 0 },
      '1': { text: 'cut off', color: 'orange', index: 1 },
    },
  },
];
