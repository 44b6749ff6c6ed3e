/** A longer target would only fill the log. */
const MAX_CHARACTERS = 1024;

/** The default port of Locust's web UI. */
const LOCUST_PORT = '8089';

export interface ParsedTarget {
  /** With a slash at its end. */
  readonly url: URL;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Says in a sentence why a probe is refused. */
export class ProbeRefusal extends Error {
  override readonly name = 'ProbeRefusal';
}

/**
 * Reads the parameter `target`: a URL, `host:port`, or a host with Locust's default port.
 *
 * @throws ProbeRefusal that shows nothing of a password.
 */
export function parseTarget(text: unknown): ParsedTarget {
  if (text === undefined || text === '') {
    throw new ProbeRefusal(
      'the parameter target is missing, such as /probe?target=locust.load-tests.svc:8089',
    );
  }
  if (typeof text !== 'string') throw new ProbeRefusal('the parameter target must be given once');
  if (text.length > MAX_CHARACTERS) {
    throw new ProbeRefusal(`target must have ${MAX_CHARACTERS} characters at most`);
  }
  // A URL parser drops some of these, and takes a backslash for a slash.
  if (/[\s\\\p{Cc}]/u.test(text))
    throw new ProbeRefusal('target must have no spaces and backslashes');
  if (/[?#]/.test(text)) throw new ProbeRefusal('target must have no query and no fragment');
  const isUrl = text.includes('://');
  const url = URL.parse(isUrl ? text : `http://${text}`);
  if (url === null || url.hostname === '') {
    throw new ProbeRefusal('target must be a URL or host:port, such as http://10.0.0.7:8089');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ProbeRefusal('target must be an http or https URL, or host:port');
  }
  if (url.username !== '' || url.password !== '' || text.includes('@')) {
    throw new ProbeRefusal(
      'target must have no user and no password; put them into a module of PROBE_CONFIG_FILE',
    );
  }
  // A URL leaves out port 80, although it was written.
  if (!isUrl && !/^[^/]*:\d+(?:\/|$)/.test(text)) url.port = LOCUST_PORT;
  if (url.port === '0') throw new ProbeRefusal('target must have a port above 0');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return { url, host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}
