import type { Settings } from './config/settings.ts';
import { createLocustClient, type LocustClient } from './locust/client.ts';
import type { BuildInfo } from './metrics/self.ts';

/** The client for the Locust that the settings name; it connects with its first request. */
export function connect(settings: Settings, build: BuildInfo): LocustClient {
  return createLocustClient({
    url: settings.LOCUST_URL,
    maxResponseBytes: settings.MAX_RESPONSE_BYTES,
    userAgent: `locust-exporter/${build.version}`,
    tls: { ca: settings.LOCUST_CA_FILE?.pem, insecure: settings.LOCUST_TLS_INSECURE },
  });
}
