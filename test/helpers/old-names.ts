/** The metrics of ContainerSolutions/locust_exporter about Locust, without their prefix. */
export const OLD_NAMES: readonly string[] = [
  ...['up', 'users', 'running', 'errors', 'worker_detail'],
  ...['workers_count', 'workers_running_count', 'workers_hatching_count', 'workers_missing_count'],
  'requests_fail_ratio',
  'requests_current_response_time_percentile_50',
  'requests_current_response_time_percentile_95',
  ...['requests_num_requests', 'requests_num_failures', 'requests_avg_response_time'],
  ...['requests_min_response_time', 'requests_max_response_time', 'requests_median_response_time'],
  ...['requests_avg_content_length', 'requests_current_rps', 'requests_current_fail_per_sec'],
];
