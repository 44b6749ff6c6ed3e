import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** Labels of a metric. Throws for an unknown one. */
export type LabelsOf = (metric: string) => readonly string[];

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  /** As it is written, without the quotes. */
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Such as 1m; none for an instant. */
  readonly range: string | undefined;
  /** The function that takes it, such as rate. */
  readonly function: string | undefined;
}

export interface Aggregation {
  /** Such as sum. */
  readonly operator: string;
  /** Labels that its series had before and lost. */
  readonly dropped: readonly string[];
  readonly selectors: readonly Selector[];
}

export interface Analysis {
  readonly selectors: readonly Selector[];
  readonly aggregations: readonly Aggregation[];
  /** Of the resulting series; absent for a scalar. */
  readonly labels: readonly string[];
}

/**
 * Reads an expression of PromQL, as Prometheus' own editor does.
 *
 * @throws Error where it does not parse, or names a label that nothing there has.
 */
export function analyzePromql(expr: string, labelsOf: LabelsOf): Analysis {
  const root = parser.parse(expr).topNode;
  root.cursor().iterate(({ type, from }) => {
    if (type.isError) throw new Error(`does not parse at "${expr.slice(from)}": ${expr}`);
  });
  const analyzer = new Analyzer(expr, labelsOf);
  return {
    labels: analyzer.labels(root.firstChild!) ?? [],
    selectors: selectorsIn(root, expr),
    aggregations: analyzer.aggregations,
  };
}

/** Computes the labels of each part of an expression. */
class Analyzer {
  readonly #expr: string;
  readonly #labelsOf: LabelsOf;
  readonly aggregations: Aggregation[] = [];

  constructor(expr: string, labelsOf: LabelsOf) {
    this.#expr = expr;
    this.#labelsOf = labelsOf;
  }

  /** @returns null for a scalar. */
  labels(node: SyntaxNode): string[] | null {
    switch (node.name) {
      case 'VectorSelector':
        return this.#ofSelector(node);
      case 'NumberDurationLiteral':
      case 'StringLiteral':
        return null;
      case 'MatrixSelector':
      case 'OffsetExpr':
      case 'ParenExpr':
      case 'SubqueryExpr':
      case 'UnaryExpr':
        return this.labels(node.firstChild!);
      case 'BinaryExpr':
        return this.#ofBinary(node);
      case 'FunctionCall':
        return this.#ofFunction(node);
      case 'AggregateExpr':
        return this.#ofAggregate(node);
      default:
        throw new Error(`no rule for ${node.name} in ${this.#expr}`);
    }
  }

  #ofSelector(node: SyntaxNode): string[] {
    const { metric, matchers } = selectorOf(node, this.#expr);
    const labels = this.#labelsOf(metric);
    for (const { label } of matchers) this.#demand(label, labels, metric);
    return [...labels];
  }

  #ofBinary(node: SyntaxNode): string[] | null {
    const left = this.labels(node.firstChild!);
    const right = this.labels(node.lastChild!);
    for (const label of groupedLabels(node.getChild('MatchingModifierClause'), this.#expr)) {
      this.#demand(label, [...(left ?? []), ...(right ?? [])], 'either side');
    }
    if (left === null || right === null) return left ?? right;
    if (node.getChild('Or') === null) return left;
    if (keepsName(node.firstChild!, this.#expr) !== keepsName(node.lastChild!, this.#expr)) {
      throw new Error(`only one side of or has a name, so one series becomes two: ${this.#expr}`);
    }
    return [...new Set([...left, ...right])];
  }

  #ofFunction(node: SyntaxNode): string[] | null {
    const name = textOf(node.firstChild!, this.#expr);
    const [first, ...others] = argumentsOf(node);
    if (name === 'time') return null;
    if (name === 'histogram_quantile') {
      return (this.labels(others[0]!) ?? []).filter((label) => label !== 'le');
    }
    const labels = this.labels(first!);
    if (name !== 'label_join' && name !== 'label_replace') return labels;
    return [...(labels ?? []), unquoted(textOf(others[0]!, this.#expr))];
  }

  #ofAggregate(node: SyntaxNode): string[] {
    const inner = this.labels(argumentsOf(node).at(-1)!) ?? [];
    const modifier = node.getChild('AggregateModifier');
    const grouped = groupedLabels(modifier, this.#expr);
    for (const label of grouped) this.#demand(label, inner, 'what is aggregated');
    const isWithout = (modifier?.getChild('Without') ?? null) !== null;
    const kept = inner.filter((label) => grouped.includes(label) !== isWithout);
    this.aggregations.push({
      operator: textOf(node.firstChild!, this.#expr),
      dropped: inner.filter((label) => !kept.includes(label)),
      selectors: selectorsIn(node, this.#expr),
    });
    return kept;
  }

  #demand(label: string, labels: readonly string[], owner: string): void {
    if (!labels.includes(label)) throw new Error(`${owner} has no ${label}: ${this.#expr}`);
  }
}

const COMPARISONS = ['Eql', 'Neq', 'Gtr', 'Lss', 'Gte', 'Lte'];

/** Whether its series still have the name of their metric. */
function keepsName(node: SyntaxNode, expr: string): boolean {
  switch (node.name) {
    case 'VectorSelector':
      return true;
    case 'MatrixSelector':
    case 'OffsetExpr':
    case 'ParenExpr':
    case 'SubqueryExpr':
      return keepsName(node.firstChild!, expr);
    case 'BinaryExpr': {
      const has = (operator: string) => node.getChild(operator) !== null;
      const isFilter = ['And', 'Or', 'Unless', ...COMPARISONS].some(has);
      return isFilter && !has('BoolModifier') && keepsName(node.firstChild!, expr);
    }
    case 'FunctionCall':
      return ['label_join', 'label_replace', 'last_over_time'].includes(
        textOf(node.firstChild!, expr),
      );
    default:
      return false;
  }
}

function selectorsIn(node: SyntaxNode, expr: string): Selector[] {
  const found: Selector[] = [];
  node.cursor().iterate(({ name, node: at }) => {
    if (name === 'VectorSelector') found.push(selectorOf(at, expr));
  });
  return found;
}

function selectorOf(node: SyntaxNode, expr: string): Selector {
  const identifier = node.getChild('Identifier');
  if (identifier === null) throw new Error(`a selector without a metric: ${expr}`);
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : null;
  const range = matrix?.getChild('DurationExpr') ?? null;
  const call = (matrix ?? node).parent?.parent;
  return {
    metric: textOf(identifier, expr),
    matchers: (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map(
      (matcher) => ({
        label: textOf(matcher.getChild('LabelName')!, expr),
        operator: textOf(matcher.getChild('MatchOp')!, expr),
        value: unquoted(textOf(matcher.getChild('StringLiteral')!, expr)),
      }),
    ),
    range: range === null ? undefined : textOf(range, expr),
    function: call?.name === 'FunctionCall' ? textOf(call.firstChild!, expr) : undefined,
  };
}

/** Of `by (…)`, `without (…)`, `on (…)` and `ignoring (…)`. */
function groupedLabels(clause: SyntaxNode | null, expr: string): string[] {
  return (clause?.getChild('GroupingLabels')?.getChildren('LabelName') ?? []).map((label) =>
    textOf(label, expr),
  );
}

function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const body = call.getChild('FunctionCallBody');
  for (let child = body?.firstChild ?? null; child !== null; child = child.nextSibling) {
    found.push(child);
  }
  return found;
}

const textOf = (node: SyntaxNode, expr: string) => expr.slice(node.from, node.to);

const unquoted = (literal: string) => literal.slice(1, -1);
