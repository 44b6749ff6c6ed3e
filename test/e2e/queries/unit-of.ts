import {
  panelsOf,
  type DashboardQuery,
  type ReadDashboard,
} from '../../helpers/dashboard-queries.ts';

/** The panel's, unless the column or the series has one of its own. */
export function unitOf({ json }: ReadDashboard, query: DashboardQuery): string | undefined {
  const panel = panelsOf(json).find(
    ({ title }) => title === query.panel,
  ) as unknown as PanelWithNames;
  const renamed = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName;
  const field = panel.targets.length > 1 ? `Value #${query.refId}` : 'Value';
  const name = renamed === undefined ? query.legendFormat : renamed[field];
  const own = panel.fieldConfig.overrides
    .filter(({ matcher }) => matcher.id === 'byName' && matcher.options === name)
    .flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit'));
  return own[0] === undefined ? query.unit : String(own[0].value);
}

interface PanelWithNames {
  targets: unknown[];
  transformations?: { id: string; options: { renameByName?: Record<string, string> } }[];
  fieldConfig: {
    overrides: {
      matcher: { id: string; options: string };
      properties: { id: string; value: unknown }[];
    }[];
  };
}
