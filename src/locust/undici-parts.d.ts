/*
 * The parts of undici that are used. Its entry loads fetch, WebSocket, caches and mocks as
 * well, which would take a third of the start and 3 MiB.
 */

declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
  export { request as default };
}

declare module 'undici/lib/web/cookies/parse.js' {
  export { parseCookie as parseSetCookie } from 'undici';
}
