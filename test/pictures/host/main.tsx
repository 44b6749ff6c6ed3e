import {
  createTheme,
  EventBusSrv,
  locationUtil,
  ThemeContext,
  type GrafanaConfig,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import {
  config,
  locationService,
  LocationServiceProvider,
  setAppEvents,
  setPluginImportUtils,
  setRunRequest,
} from '@grafana/runtime';
import type { EmbeddedScene } from '@grafana/scenes';
import { GlobalStyles } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';

import { addDataSource } from './data-source-list.ts';
import { dashboardToScene } from './dashboard-to-scene.tsx';
import { readPageState } from './page-state.ts';
import { registerStandardOptions } from './field-options.ts';
import { panelPlugins } from './panel-plugins.ts';
import { PrometheusDataSource } from './prometheus-data-source.ts';
import { runRequest } from './run-request.ts';

const theme = createTheme({ colors: { mode: 'dark' } });

/** Sets up what Grafana's packages expect of the Grafana that loads them. */
async function prepareGrafana(scrapeInterval: number): Promise<void> {
  config.theme2 = theme;
  registerStandardOptions();
  setAppEvents(new EventBusSrv());
  setRunRequest(runRequest);
  locationUtil.initialize({
    config: config as unknown as GrafanaConfig,
    getVariablesUrlParams: () => ({}),
    getTimeRangeForUrl: () => ({ from: 'now-1h', to: 'now' }),
  });
  addDataSource(new PrometheusDataSource(scrapeInterval));
  setPluginImportUtils({
    getPanelPluginFromCache: (id) => panelPlugins.get(id),
    importPanelPlugin: (id) => Promise.reject(new Error(`Panels of the type ${id} are unknown.`)),
  });
  for (const id of ['grafana', 'grafana-scenes']) await initPluginTranslations(id, []);
}

function App({ scene }: { scene: EmbeddedScene }) {
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <MemoryRouter>
          <div style={{ padding: 16, background: theme.colors.background.canvas }}>
            <scene.Component model={scene} />
          </div>
        </MemoryRouter>
      </LocationServiceProvider>
    </ThemeContext.Provider>
  );
}

const { picture } = window;
await prepareGrafana(picture.scrapeInterval);
const scene = dashboardToScene(picture);
window.pageState = () => readPageState(scene);
createRoot(document.getElementById('root')!).render(<App scene={scene} />);
