import { annotations } from './annotations.ts';
import { createDashboard } from './create-dashboard.ts';
import { endpointPanels } from './endpoint-panels.ts';
import { linkTo, UIDS } from './links.ts';
import { RUN } from './selectors.ts';
import { datasource, endpoint, instance, job, method, quantileOfEndpoints } from './variables.ts';

export const endpointDetail = () =>
  createDashboard({
    uid: UIDS.detail,
    title: 'Locust: endpoint detail',
    description: 'Some endpoints of one load test, side by side.',
    refresh: '5s',
    variables: [
      datasource(),
      job(),
      instance(),
      method(),
      endpoint(),
      quantileOfEndpoints('locust_response_time_seconds'),
    ],
    annotations: annotations(RUN),
    links: [linkTo('overview'), linkTo('health')],
    parts: endpointPanels(),
  });
