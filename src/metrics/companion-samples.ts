import type { CompanionReport, Snapshot } from '../locust/snapshot.ts';
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

export function userClassSamples({ companion }: Snapshot): Samples {
  return samplesOf([...(companion?.userClassUsers ?? [])], ([name, count], sink) => {
    sink.value(labelSet({ user_class: name }), count);
  });
}
