import type { Settings } from './config/settings.ts';
import type { RowRules } from './locust/shape-rows.ts';

export function rowRules(settings: Settings): RowRules {
  return {
    includeNames: settings.INCLUDE_NAMES,
    excludeNames: settings.EXCLUDE_NAMES,
    nameRewrites: settings.NAME_REWRITE ?? [],
    errorRewrites: settings.ERROR_REWRITE ?? [],
    maxEndpoints: settings.MAX_ENDPOINTS,
    maxErrors: settings.MAX_ERRORS,
    maxWorkers: settings.MAX_WORKERS,
    maxLabelLength: settings.MAX_LABEL_LENGTH,
  };
}
