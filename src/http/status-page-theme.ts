/** The colours. Every pair of text and background keeps WCAG AA contrast in both themes. */
export const STATUS_PAGE_THEME = `
:root {
  color-scheme: light dark;
  --ground: #f5f7f5;
  --surface: #ffffff;
  --raised: #f0f3f0;
  --line: #dfe5e0;
  --rule: #c3ccc5;
  --text: #18201b;
  --faint: #5c6960;
  --link: #17704a;
  --bad: #b3261e;
  --good-ink: #0f5c39;
  --good-wash: #d8f2e3;
  --busy-ink: #17488a;
  --busy-wash: #dfeafb;
  --idle-ink: #414c45;
  --idle-wash: #e4e9e5;
  --warn-ink: #6f4500;
  --warn-wash: #fcebc8;
  --bad-ink: #8f1c16;
  --bad-wash: #fde3e0;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1311;
    --surface: #171c19;
    --raised: #1e2521;
    --line: #2b342f;
    --rule: #46524b;
    --text: #e5ebe7;
    --faint: #98a59d;
    --link: #6bd6a3;
    --bad: #ff948b;
    --good-ink: #86e3b3;
    --good-wash: #133525;
    --busy-ink: #a3c9ff;
    --busy-wash: #172d4a;
    --idle-ink: #c3cec7;
    --idle-wash: #2a332e;
    --warn-ink: #f7ca7c;
    --warn-wash: #3b2b0c;
    --bad-ink: #ffb3ac;
    --bad-wash: #431a17;
  }
}
`;
