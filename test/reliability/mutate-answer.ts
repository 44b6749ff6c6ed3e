import type { Draw } from './draw.ts';
import { ODD_NUMBERS, oddJson, oddKey, oddText } from './odd-values.ts';

type Container = Record<string, unknown>;

/** What JSON.stringify cannot write, kept aside until the text is written. */
class RawTexts {
  readonly #texts: string[] = [];

  /** A stand-in for the text. */
  keep(text: string): string {
    return `@@${this.#texts.push(text) - 1}@@`;
  }

  write(value: unknown): string {
    const json = JSON.stringify(value);
    if (this.#texts.length === 0) return json;
    return json.replace(/"@@(\d+)@@"/g, (_, index: string) => this.#texts[Number(index)] ?? '');
  }
}

type Mutation = (report: Container, draw: Draw, raw: RawTexts) => void;

const MUTATIONS: readonly Mutation[] = [
  function replaceValue(report, draw, raw) {
    const { parent, key } = anyPlace(report, draw);
    parent[key] = raw.keep(oddJson(draw));
  },
  function replaceNumber(report, draw, raw) {
    const place = anyPlace(report, draw, 'number');
    if (place !== null) place.parent[place.key] = raw.keep(draw.of(ODD_NUMBERS));
  },
  function replaceText(report, draw) {
    const place = anyPlace(report, draw, 'string');
    if (place !== null) place.parent[place.key] = oddText(draw);
  },
  function remove(report, draw) {
    const { parent, key } = anyPlace(report, draw);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  },
  function repeatKey(report, draw, raw) {
    insertAfter(report, draw, raw, (key) => key);
  },
  function addKey(report, draw, raw) {
    insertAfter(report, draw, raw, () => oddKey(draw));
  },
  function reorderKeys(report, draw) {
    const { parent } = anyPlace(report, draw);
    if (Array.isArray(parent)) return;
    for (const key of Object.keys(parent)) {
      if (draw.chance(0.5)) continue;
      const value = parent[key];
      Reflect.deleteProperty(parent, key);
      parent[key] = value;
    }
  },
  function repeatRow(report, draw) {
    const rows = anyList(report, draw);
    if (rows.length === 0) return;
    const at = draw.below(rows.length + 1);
    const times = draw.chance(0.001) ? 500 : 1 + draw.below(3);
    const row = structuredClone(draw.of(rows));
    for (let time = 0; time < times; time += 1) rows.splice(at, 0, row);
  },
  function reorderRows(report, draw) {
    const rows = anyList(report, draw);
    if (rows.length === 0) return;
    if (draw.chance(0.3)) rows.reverse();
    else rows.push(...rows.splice(draw.below(rows.length), 1));
  },
  function removeRows(report, draw) {
    const rows = anyList(report, draw);
    rows.splice(draw.below(rows.length + 1), draw.below(3));
  },
  function nameLikeAnother(report, draw) {
    const rows = anyList(report, draw);
    if (rows.length === 0) return;
    const [row, other] = [draw.of(rows), draw.of(rows)];
    if (!isContainer(row) || !isContainer(other)) return;
    for (const key of ['method', 'name', 'id', 'error']) {
      if (key in row && key in other) row[key] = other[key];
    }
  },
];

/** A changed copy of the report, as text that need not be JSON any more. */
export function mutateAnswer(report: object, draw: Draw): string {
  const count = draw.below(4);
  let text = JSON.stringify(report);
  if (count > 0) {
    const raw = new RawTexts();
    const copy = JSON.parse(text) as Container;
    for (let time = 0; time < count; time += 1) draw.of(MUTATIONS)(copy, draw, raw);
    text = raw.write(copy);
  }
  return draw.chance(0.12) ? mutateText(text, draw) : text;
}

export function mutateText(text: string, draw: Draw): string {
  const at = draw.below(text.length + 1);
  switch (draw.below(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + oddJson(draw) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(draw.below(text.length + 1));
    case 3:
      return draw.of(['\ufeff', '<html>', ' ', '\n', 'x', ")]}',\n", '"']) + text;
    default:
      return flipBytes(text, draw);
  }
}

function flipBytes(text: string, draw: Draw): string {
  const bytes = Buffer.from(text);
  if (bytes.length === 0) return text;
  for (let count = 1 + draw.below(4); count > 0; count -= 1) {
    const at = draw.below(bytes.length);
    bytes[at] = draw.chance(0.5) ? bytes[at]! ^ (1 << draw.below(8)) : draw.below(256);
  }
  return bytes.toString();
}

interface Place {
  readonly parent: Container;
  readonly key: string;
}

function anyPlace(report: Container, draw: Draw): Place;
function anyPlace(report: Container, draw: Draw, type: 'number' | 'string'): Place | null;
function anyPlace(report: Container, draw: Draw, type?: string): Place | null {
  const keys = Object.keys(report);
  if (keys.length === 0) return type === undefined ? { parent: report, key: 'stats' } : null;
  let place = { parent: report, key: draw.chance(0.4) ? 'stats' : draw.of(keys) };
  for (;;) {
    const value = place.parent[place.key];
    if (!isContainer(value) || (type === undefined && draw.chance(0.15))) break;
    const inner = Object.keys(value);
    const fitting = type === undefined ? inner : inner.filter((key) => fits(value[key], type));
    if (fitting.length === 0) break;
    place = { parent: value, key: draw.of(fitting) };
  }
  return type === undefined || typeof place.parent[place.key] === type ? place : null;
}

function fits(value: unknown, type: string): boolean {
  return typeof value === type || isContainer(value);
}

function anyList(report: Container, draw: Draw): unknown[] {
  const list = report[draw.of(['stats', 'stats', 'errors', 'workers', 'slaves'])];
  return Array.isArray(list) ? list : [];
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Writes one more key after a value, which only text can do where the key is there already. */
function insertAfter(
  report: Container,
  draw: Draw,
  raw: RawTexts,
  choose: (key: string) => string,
): void {
  const { parent, key } = anyPlace(report, draw);
  const value = parent[key];
  if (Array.isArray(parent) || isContainer(value)) return;
  const added = draw.chance(0.5) ? oddJson(draw) : draw.of(ODD_NUMBERS);
  const before = value === undefined ? 'null' : raw.write(value);
  parent[key] = raw.keep(`${before},${JSON.stringify(choose(key))}:${added}`);
}
