import {
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type AnnotationQueryBuilder,
  type DashboardLinkBuilder,
  type DatasourceVariableBuilder,
  type Panel,
  type QueryVariableBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';

export interface Part {
  /** Of the row above the panels; the first panels have none. */
  readonly title?: string;
  /** From left to right; a new line begins when 24 columns are full. */
  readonly panels: readonly { build(): Panel }[];
}

export interface Plan {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly refresh: string;
  readonly variables: readonly (DatasourceVariableBuilder | QueryVariableBuilder)[];
  readonly annotations: readonly AnnotationQueryBuilder[];
  readonly links: readonly DashboardLinkBuilder[];
  readonly parts: readonly Part[];
}

export function createDashboard(plan: Plan) {
  // The classic model: Grafana of any version still takes it by file, import and API.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const builder = new DashboardBuilder(plan.title)
    .uid(plan.uid)
    .description(plan.description)
    .tags(['locust'])
    .timezone('browser')
    .time({ from: 'now-30m', to: 'now' })
    .refresh(plan.refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .variables([...plan.variables])
    .annotations([...plan.annotations])
    .links([...plan.links]);
  for (const { title, panels } of plan.parts) {
    if (title !== undefined) builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  const dashboard = builder.build();
  dashboard.panels?.forEach((panel, index) => {
    panel.id = index + 1;
    // The SDK writes it into tables, whose type no longer has it.
    if ('options' in panel) delete (panel.options as { footer?: unknown }).footer;
  });
  // The SDK puts them into a menu, which is closed at first, and knows no other place.
  for (const one of [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])]) {
    delete one.placement;
  }
  return dashboard;
}
