/** What scenes tell a formatter about the variable, as far as it matters here. */
interface FormattedVariable {
  multi?: boolean;
  includeAll?: boolean;
}

/**
 * Formats the value of a dashboard's variable for a string in PromQL, by the rules of Grafana's
 * Prometheus data source: the values of a variable that takes several are regular expressions.
 */
export function formatVariable(value: unknown, variable: FormattedVariable): string {
  const isRegex = variable.multi === true || variable.includeAll === true;
  if (typeof value === 'string' && !isRegex) return value.replaceAll('\\', '\\\\');
  const patterns = [value].flat().map((one) => escapeRegex(String(one)));
  return patterns.length === 1 ? patterns[0]! : `(${patterns.join('|')})`;
}

/** One backslash for the regular expression, doubled for the string in PromQL. */
function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$*+?.()|[\]{}]/g, (char) => `\\\\${char}`);
}
