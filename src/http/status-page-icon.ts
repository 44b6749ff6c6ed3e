import type { Mood } from './status-page-state.ts';

const COLOURS: Record<Mood, string> = {
  good: '#2f9e6b',
  busy: '#3b82d6',
  idle: '#7b8a82',
  warn: '#d98e1f',
  bad: '#d6453d',
};

/** The page's icon as a data URL: three bars on the colour of the mood. */
export function icon(mood: Mood): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="4" fill="${COLOURS[mood]}"/>
<path d="M4.5 12V9M8 12V6.5M11.5 12V4" stroke="#fff" stroke-width="2" stroke-linecap="round"/>
</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
