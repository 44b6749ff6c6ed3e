import { html, type SafeHtml } from './html.ts';
import { foreignText } from './status-page-table.ts';

export type Mood = 'good' | 'busy' | 'idle' | 'warn' | 'bad';

const MOODS = new Map<string, Mood>([
  ['running', 'good'],
  ['spawning', 'busy'],
  ['cleanup', 'busy'],
  ['stopping', 'busy'],
  ['missing', 'warn'],
  ['down', 'bad'],
]);

/** How a state of Locust or of a worker is to be taken; one never heard of is `idle`. */
export function moodOf(state: string): Mood {
  return MOODS.get(state) ?? 'idle';
}

export function stateBadge(state: string): SafeHtml {
  return html`<span class="badge ${moodOf(state)}">${foreignText(state)}</span>`;
}
