import type { LookupFunction } from 'node:net';
import { checkResponse, type LocustResponse } from './check-response.ts';
import type { Login, LoginForm } from './login.ts';
import { createQuote, secretsInHeader } from './quote.ts';
import type { TlsOptions, Transport } from './transport.ts';

export interface ClientOptions {
  /** With a base path if Locust has one. */
  readonly url: URL;
  readonly maxResponseBytes: number;
  readonly userAgent: string;
  /** Sent as basic auth. */
  readonly credentials?: Credentials | undefined;
  /** Sent with each request, by name in lower case; they beat the client's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly login?: LoginForm | undefined;
  readonly tls?: TlsOptions;
  /** Finds the addresses of a name, instead of the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface RequestOptions {
  /** They override the headers that are sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the caller accepts a response that would otherwise be an error. */
  readonly isExpected: (response: LocustResponse) => boolean;
}

/** Speaks HTTP with one Locust. Every failure is a LocustError. */
export interface LocustClient {
  /** The URL without credentials. */
  readonly displayUrl: string;
  /** @param path below the base path, such as `stats/requests`. */
  get(path: string, signal: AbortSignal): Promise<Buffer>;
  /** Like get, with additional headers and with further accepted statuses. */
  getResponse(path: string, signal: AbortSignal, options: RequestOptions): Promise<LocustResponse>;
  /** Sends a form. */
  post(path: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Buffer>;
  /** Makes text that Locust sent fit for a message: one line, cut, and without our secrets. */
  quote(text: string): string;
  close(): Promise<void>;
}

interface Session {
  readonly transport: Transport;
  readonly login: Login | null;
}

export function createLocustClient({
  url,
  maxResponseBytes,
  userAgent,
  credentials,
  headers,
  login: form,
  tls = {},
  lookup,
}: ClientOptions): LocustClient {
  const base = withoutCredentials(url);
  const secretHeaders = {
    ...(credentials === undefined ? {} : { authorization: basicAuth(credentials) }),
    ...headers,
  };
  const secrets = [
    ...Object.entries(secretHeaders).flatMap(([name, value]) => secretsInHeader(name, value)),
    ...Object.values(form?.fields ?? {}),
  ];
  let session: Promise<Session> | null = null;
  let login: Login | null = null;
  const quote = createQuote({
    secrets: () => [...secrets, ...(login?.secrets() ?? [])],
    shown: base.href,
  });

  /** undici is large: it is loaded with the first request, when the exporter serves already. */
  async function loadSession(): Promise<Session> {
    const { createTransport } = await import('./transport.ts');
    const transport = createTransport({
      headers: { accept: '*/*', 'user-agent': userAgent, ...secretHeaders },
      maxResponseBytes,
      tls,
      lookup,
      quote,
    });
    if (form !== undefined) {
      const { createLogin } = await import('./login.ts');
      login = createLogin(base, form, transport, quote);
    }
    return { transport, login };
  }

  /** A response that is no error. */
  async function responseOf(
    target: URL,
    signal: AbortSignal,
    send: (transport: Transport, cookies?: string) => Promise<LocustResponse>,
    isExpected: RequestOptions['isExpected'] = () => false,
  ): Promise<LocustResponse> {
    session ??= loadSession();
    const { transport, login } = await session;
    const attempt = async (cookies?: string) => {
      const response = await send(transport, cookies);
      if (!isExpected(response)) checkResponse(response, target, quote);
      return response;
    };
    return login === null ? attempt() : login.around(attempt, signal);
  }

  return {
    displayUrl: base.href,
    async get(path, signal) {
      const target = new URL(path, base);
      const send = (transport: Transport, cookies?: string) =>
        transport.get(target, signal, cookies);
      return (await responseOf(target, signal, send)).body;
    },
    getResponse(path, signal, { headers: more, isExpected }) {
      const target = new URL(path, base);
      const send = (transport: Transport, cookies?: string) =>
        transport.get(target, signal, cookies, more);
      return responseOf(target, signal, send, isExpected);
    },
    async post(path, fields, signal) {
      const target = new URL(path, base);
      const send = (transport: Transport, cookies?: string) =>
        transport.post(target, fields, signal, cookies);
      return (await responseOf(target, signal, send)).body;
    },
    quote,
    async close() {
      await (await session)?.transport.close();
    },
  };
}

/** The URL as a base for relative paths: with a slash at the end, and fit to be shown. */
function withoutCredentials(url: URL): URL {
  const base = new URL(url);
  base.username = '';
  base.password = '';
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

function basicAuth({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
