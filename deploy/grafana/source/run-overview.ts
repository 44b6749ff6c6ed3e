import { annotations } from './annotations.ts';
import { createDashboard } from './create-dashboard.ts';
import { linkTo, UIDS } from './links.ts';
import { runCourses } from './run-courses.ts';
import { runFacts } from './run-facts.ts';
import { runFigures } from './run-figures.ts';
import { runTables } from './run-tables.ts';
import { runWorkers } from './run-workers.ts';
import { RUN } from './selectors.ts';
import { datasource, instance, job, quantile } from './variables.ts';

export const runOverview = () =>
  createDashboard({
    uid: UIDS.overview,
    title: 'Locust: run overview',
    description:
      'One load test: what it does to its target, what the target answers, and whether the load generator keeps up.',
    refresh: '5s',
    variables: [
      datasource(),
      job(),
      instance(),
      quantile('locust_aggregated_response_time_seconds'),
    ],
    annotations: annotations(RUN),
    links: [linkTo('detail'), linkTo('health')],
    parts: [
      { panels: [...runFigures(), ...runFacts(), ...runCourses()] },
      { title: 'Endpoints and errors', panels: runTables() },
      { title: 'Workers', panels: runWorkers() },
    ],
  });
