import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  /** Of `__name__=~"a|b"`: `a|b`. */
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** Text of its own range, `60s`; undefined of an instant one. */
  readonly range: string | undefined;
  /** Functions around it, the innermost first; aggregations are not functions. */
  readonly functions: readonly string[];
  /** Aggregations around it, the innermost first. */
  readonly aggregations: readonly string[];
}

/** Where the text is no PromQL: what it cannot read. */
export function syntaxErrorIn(expr: string): string | undefined {
  if (expr.trim() === '') return 'empty';
  let found: string | undefined;
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found ??= `cannot read at ${from}: ${expr.slice(from, Math.max(to, from + 20))}`;
    },
  });
  return found;
}

export function parsePromql(expr: string): SyntaxNode {
  const error = syntaxErrorIn(expr);
  if (error !== undefined) throw new Error(`${error}, in ${expr}`);
  return parser.parse(expr).topNode;
}

export function selectorsIn(expr: string): Selector[] {
  return nodesIn(parsePromql(expr), 'VectorSelector').flatMap((node) => {
    const { metric, ...selector } = selectorOf(node, expr);
    return metric.split('|').map((each) => ({ metric: each, ...selector }));
  });
}

/** All of this name below a node, in their order. */
export function nodesIn(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((each) => {
    if (each.name === name && each.from >= node.from && each.to <= node.to) found.push(each.node);
  });
  return found;
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** Each of these nodes' own text. */
export function textOf(node: SyntaxNode, expr: string): string {
  return expr.slice(node.from, node.to);
}

export function selectorOf(node: SyntaxNode, expr: string): Selector {
  const matchers = nodesIn(node, 'UnquotedLabelMatcher').map((matcher) => matcherOf(matcher, expr));
  const identifier = node.getChild('Identifier');
  const named = matchers.find(
    ({ label, operator }) => label === '__name__' && (operator === '=' || operator === '=~'),
  );
  const functions: string[] = [];
  const aggregations: string[] = [];
  let range: string | undefined;
  for (let around = node.parent; around; around = around.parent) {
    if (around.name === 'MatrixSelector')
      range = textOf(around.lastChild as SyntaxNode, expr).replaceAll(/[[\]]/g, '');
    const name = around.getChild('FunctionIdentifier');
    if (name) functions.push(textOf(name, expr));
    const operator = around.getChild('AggregateOp');
    if (operator) aggregations.push(textOf(operator, expr));
  }
  return {
    metric: identifier ? textOf(identifier, expr) : (named?.value ?? ''),
    matchers: matchers.filter(({ label }) => label !== '__name__'),
    range,
    functions,
    aggregations,
  };
}

function matcherOf(node: SyntaxNode, expr: string): Matcher {
  const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
    const child = node.getChild(name);
    return child ? textOf(child, expr) : '';
  });
  return { label: label ?? '', operator: operator as Matcher['operator'], value: (value ?? '').slice(1, -1) };
}
