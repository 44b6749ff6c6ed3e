import { annotations } from './annotations.ts';
import { createDashboard } from './create-dashboard.ts';
import { healthOfProcess } from './health-of-process.ts';
import { healthOfReading } from './health-of-reading.ts';
import { linkToOneOf, UIDS } from './links.ts';
import { EXPORTERS } from './selectors.ts';
import { datasource, instances, jobs } from './variables.ts';

export const exporterHealth = () =>
  createDashboard({
    uid: UIDS.health,
    title: 'Locust: exporter health',
    description:
      'Whether the figures of the other dashboards can be trusted: exporters of any number of Locusts.',
    refresh: '10s',
    variables: [datasource(), jobs(), instances()],
    annotations: annotations(EXPORTERS),
    links: [linkToOneOf('overview'), linkToOneOf('detail')],
    parts: [{ panels: healthOfReading() }, { title: 'Process', panels: healthOfProcess() }],
  });
