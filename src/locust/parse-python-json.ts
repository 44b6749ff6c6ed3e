/**
 * Parses JSON as Python writes it: the bare words `NaN`, `Infinity` and `-Infinity` are
 * allowed and become null.
 *
 * @throws SyntaxError when the text is not JSON even so.
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = nullNonFinite(text);
    if (strict === text) throw error;
    return JSON.parse(strict);
  }
}

function nullNonFinite(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text;
  let result = '';
  let copied = 0;
  // Strings are matched first, so that these words inside of one stay as they are.
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|NaN|-?Infinity/gs;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0].startsWith('"')) continue;
    result += `${text.slice(copied, match.index)}null`;
    copied = token.lastIndex;
  }
  return result + text.slice(copied);
}
