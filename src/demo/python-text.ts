/** Text as Python's `repr` shows it. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`);
  return quote + inner + quote;
}

/** JSON as Python writes it: other than ASCII escaped, and blanks between the parts of one line. */
export function pythonJson(value: unknown, { indented }: { indented: boolean }): string {
  const text = JSON.stringify(value, null, indented ? 2 : 1).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // Line breaks inside strings are escaped, so all that is left belongs to the layout.
  return indented
    ? `${text}\n`
    : text
        .replaceAll(/([[{])\n */g, '$1')
        .replaceAll(/\n *([\]}])/g, '$1')
        .replaceAll(/\n */g, ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

/** HTML as Python's `html.escape` makes it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
