import type { Field, Frame, Panel } from './panel-json.ts';

/** @throws Error for a transformation that the preview does not know. */
export function transformFrames(
  frames: Frame[],
  transformations: NonNullable<Panel['transformations']>,
): Frame[] {
  return transformations.reduce((current, { id, options }) => {
    switch (id) {
      case 'merge':
        return merge(current);
      case 'organize':
        return current.map((frame) => organize(frame, options as OrganizeOptions));
      default:
        throw new Error(`the preview does not know the transformation ${id}`);
    }
  }, frames);
}

/** One row for all rows whose common columns are equal; as Grafana does it, but for one row each. */
function merge(frames: Frame[]): Frame[] {
  const filled = frames.filter(({ times }) => times.length > 0);
  if (filled.length === 0) return [];
  const names = [...new Set(filled.flatMap(({ fields }) => fields.map(({ name }) => name)))];
  const common = names.filter((name) =>
    filled.every(({ fields }) => fields.some((field) => field.name === name)),
  );
  const rows = new Map<string, Map<string, Field['values'][number]>>();
  for (const { times, fields } of filled) {
    times.forEach((_, index) => {
      const key = JSON.stringify(
        common.map((name) => fields.find((field) => field.name === name)!.values[index]),
      );
      const row = rows.get(key) ?? new Map<string, Field['values'][number]>();
      for (const { name, values } of fields) row.set(name, values[index] ?? null);
      rows.set(key, row);
    });
  }
  const all = [...rows.values()];
  const fields = names.map((name) => ({
    ...filled.flatMap((frame) => frame.fields).find((field) => field.name === name)!,
    values: all.map((row) => row.get(name) ?? null),
  }));
  return [{ refId: 'merge', times: all.map(() => 0), fields }];
}

interface OrganizeOptions {
  excludeByName?: Record<string, boolean>;
  indexByName?: Record<string, number>;
  renameByName?: Record<string, string>;
}

function organize(frame: Frame, options: OrganizeOptions): Frame {
  const { excludeByName = {}, indexByName = {}, renameByName = {} } = options;
  const place = ({ name }: Field) => indexByName[name] ?? Number.MAX_SAFE_INTEGER;
  const fields = frame.fields
    .filter(({ name }) => excludeByName[name] !== true)
    .toSorted((a, b) => place(a) - place(b))
    .map((field) => ({ ...field, name: renameByName[field.name] ?? field.name }));
  return { ...frame, fields };
}
