/** Matchers for the one Locust that is chosen. */
export const RUN = 'job="$job", instance="$instance"';

/**
 * Matchers for the chosen endpoints. Their names are anything, `/search?q=[term]` or worse:
 * the format `regex` escapes them for a string between backticks in every version of Grafana,
 * while what it does by default leaves double quotes as they are in some.
 */
export const ENDPOINT = `${RUN}, name=~\`\${endpoint:regex}\`, method=~\`\${method:regex}\``;

/** Matchers for the chosen exporters, of which there may be many. */
export const EXPORTERS = 'job=~"$job", instance=~"$instance"';

/** The only ranges that fit every scrape interval and every width of the picture. */
export const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;

/**
 * The largest value of a gauge within each interval, so that no peak is lost where an interval
 * holds many scrapes. Where it holds none, because Grafana takes the scrapes for more frequent
 * than they are, it is the last value.
 */
export const peak = (selector: string) => extreme('max', selector);

/** Likewise the smallest value. */
export const low = (selector: string) => extreme('min', selector);

/** Both sides of `or` are without the metric's name, or they would be two series. */
const extreme = (which: 'max' | 'min', selector: string) =>
  `(${which}_over_time(${selector}[$__interval]) or ${selector} + 0)`;

/** Never below 0, as a scrape has the time of its beginning, and what it brings may be newer. */
export const secondsSince = (metric: string) => `clamp_min(time() - ${metric}, 0)`;

/** A share or mean, absent while there is nothing to divide by. */
export const per = (part: string, whole: string) => `${part} / (${whole} > 0)`;

/**
 * A percentile since the statistics began. It is a quantile of a summary, unless Locust tells no
 * mean: then there is a gauge of percentiles instead.
 *
 * @param metric without `locust_` and `_seconds`.
 */
export const sinceStart = (
  metric: string,
  quantile: string,
  percentile: string,
  selector: string,
) =>
  `locust_${metric}_seconds{${selector}, quantile="${quantile}"} or ignoring (quantile, percentile) locust_${metric}_percentile_seconds{${selector}, percentile="${percentile}"}`;

/**
 * A percentile of the requests of each moment, from distributions; absent where there are no
 * requests, since the comparison drops NaN. Native histograms come first, then classic ones.
 *
 * @param metric the name of the histogram.
 */
export const durationQuantile = (quantile: number, metric: string, selector: string) =>
  `histogram_quantile(${quantile}, ${rate(`${metric}{${selector}}`)}) >= 0 or histogram_quantile(${quantile}, ${rate(`${metric}_bucket{${selector}}`)}) >= 0`;

/** 1 while Locust is up and has no such series; absent while Locust is down. */
export const upWithout = (series: string) =>
  `locust_up{${RUN}} == 1 unless on (job, instance) ${series}`;

/**
 * How far Prometheus gets: 0 when not to the exporter, 1 when not to Locust, else 2. A job that is
 * pushed has no `up`.
 */
export const reached = (up: string, locustUp: string) =>
  `${up} * (1 + ${locustUp}) or ${up} + 0 or 1 + ${locustUp}`;
