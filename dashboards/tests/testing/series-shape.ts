import type { SyntaxNode } from '@lezer/common';

import { childrenOf, parsePromql, selectorOf, textOf } from './promql.ts';

/** What an expression answers, as far as its text tells. */
export interface Shape {
  /** Labels that series of the answer may have. */
  readonly labels: ReadonlySet<string>;
  /** Those of them that have the same value on all: they tell nothing apart. */
  readonly fixed: ReadonlySet<string>;
  /** Series, however many there are of anything: limited by `topk` and the like, else Infinity. */
  readonly most: number;
  /** A number, which does not count in operations with series. */
  readonly scalar: boolean;
  /** By `and on (...)` only series that another expression chose. */
  readonly chosen?: Chosen;
}

interface Chosen {
  readonly by: string;
  readonly on: ReadonlySet<string>;
  readonly most: number;
}

type LabelsOf = (metric: string) => ReadonlySet<string>;

const BOUNDING = new Set(['topk', 'bottomk', 'limitk']);
const WITHOUT_LABELS = new Set(['absent', 'absent_over_time', 'vector', 'time', 'scalar']);
const TRANSPARENT = new Set([
  'PromQL',
  'ParenExpr',
  'OffsetExpr',
  'StepInvariantExpr',
  'UnaryExpr',
  'MatrixSelector',
  'SubqueryExpr',
]);
const EXPRESSIONS = new Set([
  ...TRANSPARENT,
  'VectorSelector',
  'FunctionCall',
  'AggregateExpr',
  'BinaryExpr',
  'NumberDurationLiteral',
  'StringLiteral',
]);

export function shapeOf(expr: string, labelsOf: LabelsOf): Shape {
  return new Reader(expr, labelsOf).shape(parsePromql(expr));
}

/** Labels that may tell one series of the answer from another. */
export function varyingLabels({ labels, fixed }: Shape): ReadonlySet<string> {
  return labels.difference(fixed);
}

const SCALAR: Shape = { labels: new Set(), fixed: new Set(), most: 1, scalar: true };

class Reader {
  readonly #expr: string;
  readonly #labelsOf: LabelsOf;

  constructor(expr: string, labelsOf: LabelsOf) {
    this.#expr = expr;
    this.#labelsOf = labelsOf;
  }

  shape(node: SyntaxNode): Shape {
    if (TRANSPARENT.has(node.name)) return this.#ofFirst(childrenOf(node));
    if (node.name === 'VectorSelector') return this.#ofSelector(node);
    if (node.name === 'AggregateExpr') return this.#ofAggregation(node);
    if (node.name === 'FunctionCall') return this.#ofCall(node);
    if (node.name === 'BinaryExpr') return this.#ofOperation(node);
    return SCALAR;
  }

  /** Of the one child that is a vector. */
  #ofFirst(nodes: readonly SyntaxNode[]): Shape {
    const shapes = nodes.filter(({ name }) => EXPRESSIONS.has(name)).map((node) => this.shape(node));
    return shapes.find(({ scalar }) => !scalar) ?? SCALAR;
  }

  #ofSelector(node: SyntaxNode): Shape {
    const { metric, matchers } = selectorOf(node, this.#expr);
    const fixed = new Set(matchers.filter(({ operator }) => operator === '=').map(({ label }) => label));
    return { ...series(this.#labelsOf(metric)), fixed };
  }

  #ofAggregation(node: SyntaxNode): Shape {
    const inner = this.#ofFirst(childrenOf(node.getChild('FunctionCallBody') as SyntaxNode));
    const operator = this.#text(node.getChild('AggregateOp'));
    const modifier = node.getChild('AggregateModifier');
    if (BOUNDING.has(operator)) {
      const count = Number(this.#text(node.getChild('FunctionCallBody')?.getChild('NumberDurationLiteral')));
      // One such limit for each group is none.
      return { ...inner, most: modifier || Number.isNaN(count) ? inner.most : Math.min(inner.most, count) };
    }
    const named = this.#labelList(modifier?.getChild('GroupingLabels'));
    if (!modifier) return series(new Set());
    const labels = modifier.getChild('By')
      ? inner.labels.intersection(named)
      : inner.labels.difference(named);
    const { chosen, most } = inner;
    const few = chosen && labels.isSubsetOf(chosen.on) ? Math.min(chosen.most, most) : most;
    return { ...inner, labels, fixed: inner.fixed.intersection(labels), most: few };
  }

  #ofCall(node: SyntaxNode): Shape {
    const name = this.#text(node.getChild('FunctionIdentifier'));
    if (WITHOUT_LABELS.has(name)) return series(new Set());
    const body = node.getChild('FunctionCallBody');
    const inner = this.#ofFirst(body ? childrenOf(body) : []);
    if (name === 'histogram_quantile') return { ...inner, labels: inner.labels.difference(new Set(['le'])) };
    if (name !== 'label_replace' && name !== 'label_join') return inner;
    const [target] = body?.getChildren('StringLiteral') ?? [];
    return { ...inner, labels: inner.labels.union(new Set([this.#text(target).slice(1, -1)])) };
  }

  #ofOperation(node: SyntaxNode): Shape {
    const [left = SCALAR, right = SCALAR] = childrenOf(node)
      .filter(({ name }) => EXPRESSIONS.has(name))
      .map((side) => this.shape(side));
    const operator = childrenOf(node).find(({ name }) => /^(And|Or|Unless)$/.test(name))?.name;
    if (operator === 'Unless') return left;
    if (operator === 'And') return this.#ofChoice(node, left, right);
    if (operator === 'Or') return either(left, right);
    if (left.scalar) return right;
    if (right.scalar) return left;
    const clause = node.getChild('MatchingModifierClause');
    const most = Math.min(left.most, right.most);
    if (clause?.getChild('GroupLeft')) return { ...left, most };
    if (clause?.getChild('GroupRight')) return { ...right, most };
    const named = this.#labelList(clause?.getChild('GroupingLabels'));
    if (clause?.getChild('On')) return { ...left, labels: named, most };
    return { ...left, labels: left.labels.difference(named), most };
  }

  #ofChoice(node: SyntaxNode, left: Shape, right: Shape): Shape {
    const most = Math.min(left.most, right.most);
    const on = node.getChild('MatchingModifierClause')?.getChild('GroupingLabels');
    if (!on) return { ...left, most };
    const by = this.#text(node.lastChild);
    return { ...left, most, chosen: { by, on: this.#labelList(on), most: right.most } };
  }

  #labelList(node: SyntaxNode | null | undefined): Set<string> {
    return new Set((node?.getChildren('LabelName') ?? []).map((label) => this.#text(label)));
  }

  #text(node: SyntaxNode | null | undefined): string {
    return node ? textOf(node, this.#expr) : '';
  }
}

/** What the same expression chose on both sides is counted once. */
function either(left: Shape, right: Shape): Shape {
  const labels = left.labels.union(right.labels);
  const { chosen } = left;
  const alike = chosen !== undefined && chosen.by === right.chosen?.by;
  const most =
    alike && labels.isSubsetOf(chosen.on) ? Math.max(left.most, right.most) : left.most + right.most;
  return { labels, fixed: new Set(), most, scalar: false, ...(alike && { chosen }) };
}

function series(labels: ReadonlySet<string>): Shape {
  // Without labels there is one series.
  return { labels, fixed: new Set(), most: labels.size === 0 ? 1 : Infinity, scalar: false };
}
