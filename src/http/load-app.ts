import type { RequestListener, ServerResponse } from 'node:http';
import type { AppOptions } from './server.ts';

/**
 * The application, loaded with the first request that needs it: Express takes as long to load as
 * the rest of the start. Until then health is answered here, with the same bytes.
 */
export function loadApp(options: AppOptions): RequestListener {
  let app: RequestListener | undefined;
  let loading: Promise<RequestListener> | undefined;

  const load = () =>
    (loading ??= import('./server.ts').then(
      ({ createServerApp }) => (app = createServerApp(options)),
    ));

  return (request, response) => {
    const { method = '', url = '' } = request;
    if (app !== undefined) {
      app(request, response);
    } else if ((method === 'GET' || method === 'HEAD') && options.healthPaths.includes(url)) {
      sendHealth(response, options.headers?.() ?? {});
      // The first scrape need not wait for it.
      response.once('close', () => void load());
    } else {
      void load().then((loaded) => {
        loaded(request, response);
      });
    }
  };
}

function sendHealth(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const body = 'ok\n';
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', body.length);
  response.end(body);
}
