import { checkAnswer, type Answer } from './judge-answer.ts';
import { createLogin, type LoginForm } from './login.ts';
import { createTransport, type TlsOptions } from './transport.ts';

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
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Speaks HTTP with one Locust. Every failure is a LocustError. */
export interface LocustClient {
  /** The URL without credentials. */
  readonly displayUrl: string;
  /** @param path below the base path, such as `stats/requests`. */
  get(path: string, signal: AbortSignal): Promise<string>;
  /** Sends a form. */
  post(path: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

export function createLocustClient({
  url,
  maxResponseBytes,
  userAgent,
  credentials,
  headers,
  login: form,
  tls = {},
}: ClientOptions): LocustClient {
  const base = withoutCredentials(url);
  const transport = createTransport({
    headers: {
      accept: '*/*',
      'user-agent': userAgent,
      ...(credentials === undefined ? {} : { authorization: basicAuth(credentials) }),
      ...headers,
    },
    maxResponseBytes,
    tls,
  });
  const login = form === undefined ? null : createLogin(base, form, transport);

  /** The body of an answer that is no error. */
  async function bodyOf(
    target: URL,
    signal: AbortSignal,
    ask: (cookies?: string) => Promise<Answer>,
  ): Promise<string> {
    const attempt = async (cookies?: string) => {
      const answer = await ask(cookies);
      checkAnswer(answer, target);
      return answer.body;
    };
    return login === null ? attempt() : login.around(attempt, signal);
  }

  return {
    displayUrl: base.href,
    get(path, signal) {
      const target = new URL(path, base);
      return bodyOf(target, signal, (cookies) => transport.get(target, signal, cookies));
    },
    post(path, fields, signal) {
      const target = new URL(path, base);
      return bodyOf(target, signal, (cookies) => transport.post(target, fields, signal, cookies));
    },
    close: () => transport.close(),
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
