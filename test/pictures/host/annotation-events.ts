import type { AnnotationEvent, AnnotationQuery, DataFrame } from '@grafana/data';

/** Points that are no further apart than this are one event, as in Grafana; in milliseconds. */
const SAME_EVENT_MS = 60_000;

/** The events that the result of an annotation's query tells. */
export function toAnnotationEvents(
  annotation: AnnotationQuery,
  frames: readonly DataFrame[],
): AnnotationEvent[] {
  return frames.flatMap((frame) => {
    const [times, values] = frame.fields as [DataFrame['fields'][0], DataFrame['fields'][0]];
    const points = (values.values as number[]).map((value, index) => ({
      value,
      time: times.values[index] as number,
    }));
    const active = annotation['useValueForTime']
      ? [...new Set(points.map(({ value }) => Math.floor(value)))]
      : points.filter(({ value }) => value > 0).map(({ time }) => time);
    return joinTimes(active).map(([time, timeEnd]) => ({
      ...{ time, timeEnd, annotation, tags: [] },
      title: String(annotation['titleFormat'] ?? annotation.name),
    }));
  });
}

/** The first and the last time of each event. */
function joinTimes(times: readonly number[]): [number, number][] {
  const events: [number, number][] = [];
  for (const time of times) {
    const last = events.at(-1);
    if (last !== undefined && last[1] + SAME_EVENT_MS >= time) last[1] = time;
    else events.push([time, time]);
  }
  return events;
}
