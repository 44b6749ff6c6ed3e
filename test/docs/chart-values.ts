import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

const CHART = path.resolve(import.meta.dirname, '../../deploy/helm/locust-exporter');

/** Longer ones are for values.yaml itself to show. */
const MAX_CHARACTERS = 60;

export interface ValuesSchema {
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
}

export function readValuesSchema(): ValuesSchema {
  return JSON.parse(readFileSync(path.join(CHART, 'values.schema.json'), 'utf8')) as ValuesSchema;
}

export interface ChartValue {
  /** Such as `image.tag`. */
  readonly name: string;
  /** As JSON; null for what has values in it. */
  readonly preset: string | null;
  readonly comment: string;
}

/** All values of the Helm chart, with the comments that stand before them in values.yaml. */
export function chartValues(): ChartValue[] {
  const document = parseDocument(readFileSync(path.join(CHART, 'values.yaml'), 'utf8'));
  return valuesIn(document.contents as YAMLMap, readValuesSchema(), '', document.commentBefore);
}

/** @param first the comment of the first key, which the parser takes for one of the whole map. */
function valuesIn(
  map: YAMLMap,
  schema: ValuesSchema,
  prefix: string,
  first: string | null | undefined,
): ChartValue[] {
  return map.items.flatMap(({ key, value }, index) => {
    if (!isScalar<string>(key)) throw new Error('a key is no text');
    const name = `${prefix}${key.value}`;
    const raw = key.commentBefore ?? (index === 0 ? first : undefined) ?? '';
    const comment = raw.trim().replace(/\n\s*/g, ' ');
    const inner = schema.properties?.[key.value] ?? {};
    if (isMap(value) && inner.properties !== undefined) {
      const own = comment === '' ? [] : [{ name, preset: null, comment }];
      return [...own, ...valuesIn(value, inner, `${name}.`, value.commentBefore)];
    }
    const text = JSON.stringify((value as { toJSON(): unknown }).toJSON());
    const preset = text.length > MAX_CHARACTERS ? 'see `values.yaml`' : `\`${text}\``;
    return [{ name, preset, comment }];
  });
}
