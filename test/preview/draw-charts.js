/* global document, uPlot, window */
// Runs in the browser: draws the charts that chart.ts described.

const GRID = { stroke: 'rgba(204,204,220,0.09)', width: 1 };
const FONT = '11px "Inter Variable", "DejaVu Sans", sans-serif';

/** Nothing near the edges, where it would be cut or meet other texts. */
function clock(seconds, times) {
  const [first, last] = [times[0], times[times.length - 1]];
  const share = (seconds - first) / (last - first);
  return share < 0.04 || share > 0.95 ? '' : new Date(seconds * 1000).toISOString().slice(11, 19);
}

function drawVertical(u, { time, color }) {
  const x = Math.round(u.valToPos(time, 'x', true));
  u.ctx.save();
  u.ctx.strokeStyle = color;
  u.ctx.setLineDash([5, 4]);
  u.ctx.beginPath();
  u.ctx.moveTo(x, u.bbox.top);
  u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
  u.ctx.stroke();
  u.ctx.restore();
}

function drawLimit(u, { side, value, color }) {
  const y = Math.round(u.valToPos(value, side, true));
  if (y < u.bbox.top) return;
  u.ctx.save();
  u.ctx.strokeStyle = color;
  u.ctx.globalAlpha = 0.7;
  u.ctx.setLineDash([8, 6]);
  u.ctx.beginPath();
  u.ctx.moveTo(u.bbox.left, y);
  u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
  u.ctx.stroke();
  u.ctx.restore();
}

function drawInto(element, { times, lines, axes, limits, marks }) {
  const sideAxis = ({ side, label, ticks, texts }) => ({
    scale: side,
    side: side === 'left' ? 3 : 1,
    stroke: '#9fa7b3',
    font: FONT,
    size: Math.max(...texts.map((text) => text.length)) * 6.6 + 14,
    gap: 4,
    grid: side === 'left' ? GRID : { show: false },
    ticks: { show: false },
    splits: () => ticks,
    values: () => texts,
    ...(label ? { label, labelFont: FONT, labelSize: 16 } : {}),
  });
  const seriesOf = (line) => ({
    scale: line.side,
    stroke: line.color,
    width: line.isBars ? 0 : Math.max(1.5, line.width),
    dash: line.dash,
    fill:
      line.fill > 0
        ? `color-mix(in srgb, ${line.color} ${line.fill * 100}%, transparent)`
        : undefined,
    points: { show: false },
    paths: line.isBars ? uPlot.paths.bars({ size: [0.8] }) : uPlot.paths.linear(),
  });
  return new uPlot(
    {
      width: element.clientWidth,
      height: element.clientHeight,
      pxAlign: 0,
      padding: [10, axes.some(({ side }) => side === 'right') ? 0 : 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: {
        x: { time: true, range: [times[0], times[times.length - 1]] },
        ...Object.fromEntries(axes.map(({ side, max }) => [side, { range: [0, max] }])),
      },
      axes: [
        {
          stroke: '#9fa7b3',
          font: FONT,
          grid: GRID,
          ticks: { show: false },
          size: 24,
          space: 80,
          gap: 4,
          values: (_u, splits) => splits.map((seconds) => clock(seconds, times)),
        },
        ...axes.map(sideAxis),
      ],
      series: [{}, ...lines.map(seriesOf)],
      hooks: {
        draw: [
          (u) => {
            for (const limit of limits) drawLimit(u, limit);
            for (const mark of marks) drawVertical(u, mark);
          },
        ],
      },
    },
    [times, ...lines.map(({ values }) => values)],
    element,
  );
}

for (const element of document.querySelectorAll('[data-chart]')) {
  drawInto(element, window.charts[Number(element.dataset.chart)]);
}
