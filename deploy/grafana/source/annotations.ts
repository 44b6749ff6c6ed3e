import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from './datasource.ts';

/**
 * When runs start and stop, and when Locust goes away.
 *
 * Grafana asks for some hundred points and marks those above 0. `$__interval` is the distance
 * between them: a run that ends and begins anew within it is marked by its start alone.
 *
 * @param selector of one Locust or several.
 */
export function annotations(selector: string): AnnotationQueryBuilder[] {
  const active = `sum without (state) (locust_state{${selector}, state=~"spawning|running"}`;
  const up = `locust_up{${selector}}`;
  return [
    // The value is the time, in milliseconds, so this one is exact.
    annotation('Run starts', 'green', `locust_run_start_time_seconds{${selector}} * 1000`)
      .titleFormat('Statistics begin, by a new run or a reset')
      .useValueForTime(true),
    annotation('Run stops', 'blue', `${active} offset $__interval) > ${active})`).titleFormat(
      'No more users are at work',
    ),
    annotation(
      'Locust goes away',
      'red',
      `${up} offset $__interval > ${up} or (${up} offset $__interval == 1 unless ${up})`,
    ).titleFormat('Locust or its exporter is out of reach'),
  ];
}

function annotation(name: string, color: string, expr: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .target(new DataqueryBuilder().datasource(DATASOURCE).refId('Anno').expr(expr).range())
    .textFormat('{{instance}}')
    .tagKeys('instance');
}
