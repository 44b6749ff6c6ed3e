import type { DataFrame } from '@grafana/data';
import type { UPlotConfigBuilder } from '@grafana/ui';
import { useEffect, useLayoutEffect, useRef } from 'react';

/** What @grafana/ui hands to a hook, as far as it is used here. */
interface Plot {
  ctx: CanvasRenderingContext2D;
  bbox: { left: number; top: number; width: number; height: number };
  valToPos(value: number, scale: string, isOnCanvas: boolean): number;
  redraw(rebuildsPaths?: boolean): void;
}

interface Mark {
  /** Unix times in milliseconds; the same twice for a moment. */
  from: number;
  to: number;
  color: string;
}

/** Draws dashed lines where an event begins and ends, and a shade between the two. */
export function AnnotationMarks({
  builder,
  frames,
}: {
  builder: UPlotConfigBuilder;
  frames: readonly DataFrame[];
}) {
  const marks = useRef<Mark[]>([]);
  const plot = useRef<Plot>(undefined);
  useLayoutEffect(() => {
    builder.addHook('draw', (drawn) => {
      plot.current = drawn;
      for (const mark of marks.current) drawMark(drawn, mark);
    });
  }, [builder]);
  // The events often arrive after the series, when the chart has been drawn.
  useEffect(() => {
    marks.current = marksOf(frames);
    plot.current?.redraw(false);
  }, [frames]);
  return null;
}

function drawMark({ ctx, bbox, valToPos }: Plot, { from, to, color }: Mark): void {
  const ratio = window.devicePixelRatio;
  const [left, right] = [bbox.left, bbox.left + bbox.width];
  const bottom = bbox.top + bbox.height;
  const [begin, end] = [valToPos(from, 'x', true), valToPos(to, 'x', true)];
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = color;
  ctx.lineWidth = 2 * ratio;
  for (const x of new Set([begin, end])) {
    if (x < left || x > right) continue;
    ctx.setLineDash([5 * ratio, 5 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
  }
  const [visibleBegin, visibleEnd] = [Math.max(begin, left), Math.min(end, right)];
  if (visibleBegin < visibleEnd) {
    ctx.globalAlpha = 0.1;
    ctx.fillRect(visibleBegin, bbox.top, visibleEnd - visibleBegin, bbox.height);
  }
  ctx.restore();
}

function marksOf(frames: readonly DataFrame[]): Mark[] {
  return frames.flatMap(({ fields }) => {
    const valuesOf = (name: string) => fields.find((field) => field.name === name)?.values ?? [];
    const [ends, colors] = [valuesOf('timeEnd') as number[], valuesOf('color') as string[]];
    return (valuesOf('time') as number[]).map((from, index) => ({
      ...{ from, to: ends[index] ?? from, color: colors[index] ?? 'red' },
    }));
  });
}
