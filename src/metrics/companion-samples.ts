import type { CompanionReport, Snapshot } from '../locust/snapshot.ts';
import { cutText } from '../locust/text.ts';
import { NO_SAMPLES, type Samples } from './exposition/family.ts';
import { labelSet, NO_LABELS } from './exposition/labels.ts';
import { fromSnapshot, ofEndpoints, sampleOf, samplesOf, type MetricSpec } from './samples.ts';

/* What only the companion reports. All of it is absent, and never 0, without the companion. */

export function fromCompanion(value: (report: CompanionReport) => number | null) {
  return fromSnapshot(({ companion }) =>
    sampleOf(NO_LABELS, companion === null ? null : value(companion)),
  );
}

/** A histogram of each endpoint whose distribution is known. */
export const endpointDurations: MetricSpec['samples'] = fromSnapshot(
  (snapshot, rowLabels, { ofEndpoint }) =>
    ofEndpoints(snapshot, rowLabels, ({ durations }, labels, sink) => {
      if (durations !== null) sink.histogram(labels, ofEndpoint(durations));
    }),
);

export const aggregateDurations: MetricSpec['samples'] = fromSnapshot(
  ({ aggregate }, _rowLabels, { ofAggregate }) => {
    const durations = aggregate?.durations ?? null;
    if (durations === null) return NO_SAMPLES;
    return samplesOf([durations], (one, sink) => {
      sink.histogram(NO_LABELS, ofAggregate(one));
    });
  },
);

/** Nobody writes more classes of users than this; whatever else there is counts as OTHER. */
const MAX_USER_CLASSES = 100;
const MAX_CLASS_LENGTH = 256;
const OTHER = '(other)';

export function userClassSamples({ companion }: Snapshot): Samples {
  const users = new Map<string, number>();
  for (const [name, count] of companion?.userClassUsers ?? []) {
    const own = cutText(name, MAX_CLASS_LENGTH);
    const shown = users.has(own) || users.size < MAX_USER_CLASSES ? own : OTHER;
    users.set(shown, (users.get(shown) ?? 0) + count);
  }
  return samplesOf([...users], ([name, count], sink) => {
    sink.value(labelSet({ user_class: name }), count);
  });
}
