import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { RUNNER_STATES } from '../../../src/locust/snapshot.ts';

const COLORS: Readonly<Record<(typeof RUNNER_STATES)[number], string>> = {
  ready: 'blue',
  spawning: 'yellow',
  running: 'green',
  cleanup: 'purple',
  stopping: 'orange',
  stopped: 'blue',
  missing: 'orange',
};

/** States in which users may be at work. */
export const ACTIVE = 'spawning|running|cleanup|stopping';

/** The state as one number: 1 for the first of RUNNER_STATES and so on, -1 while Locust is down. */
export function stateCode(selector: string): string {
  const states = RUNNER_STATES.map(
    (state, index) => `${index + 1} * locust_state{${selector}, state="${state}"}`,
  );
  return `sum without (state) (${states.join(' or ')}) or locust_up{${selector}} - 1`;
}

export const STATE_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      '-1': { text: 'Locust is down', color: 'red', index: 0 },
      '0': { text: 'another state', color: 'text', index: 1 },
      ...Object.fromEntries(
        RUNNER_STATES.map((state, index) => [
          String(index + 1),
          { text: state, color: COLORS[state], index: index + 2 },
        ]),
      ),
    },
  },
];
