import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

import { demand, type Missing } from './requirement.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export function whyChromiumIsMissing(): Missing {
  return existsSync(executablePath)
    ? undefined
    : `Chromium not found at ${executablePath}; set CHROMIUM_PATH`;
}

/** A headless one, which asks nobody anything by itself. */
export function startChromium(): Promise<Browser> {
  demand(whyChromiumIsMissing());
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      '--disable-lcd-text',
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
