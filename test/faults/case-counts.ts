import { LOCUST_FAULTS, ODDITIES } from './locust-faults.ts';
import { MODES, type Mode } from './watched-exporter.ts';

/** In a loop a fault takes longer to show: there are three exporters to share them. */
export const SHARES_OF: Readonly<Record<Mode['name'], number>> = { 'on-demand': 1, loop: 3 };

const LOCUST_CASES = LOCUST_FAULTS.length + ODDITIES.length;

/** Restarts, and answers that are too large again and again, which every exporter suffers. */
const CASES_OF_EACH_SHARE = 2;

/** How many cases each file of tests in this folder tries, in both modes together. */
export const CASE_COUNTS = {
  locust: sum(({ name }) => LOCUST_CASES + CASES_OF_EACH_SHARE * SHARES_OF[name]),
  scrapers: sum(() => 4),
  surroundings: sum(() => 3),
};

function sum(casesOf: (mode: Mode) => number): number {
  return MODES.reduce((total, mode) => total + casesOf(mode), 0);
}
