const NODE = '/usr/local/bin/node';

/**
 * @param shebang first line of the program, by `env -S`.
 * @returns a script that runs the program likewise where there is no env.
 */
export function programEntry(shebang: string, program: string): string {
  const words = /^#!\/usr\/bin\/env -S node\b(.*)$/.exec(shebang)?.[1];
  if (words === undefined) throw new Error(`unexpected first line of the program: ${shebang}`);
  const flags = words.split(' ').filter((word) => word !== '');
  if (flags.length <= 1) {
    return `#!${[NODE, ...flags].join(' ')}\nawait import(${JSON.stringify(program)});\n`;
  }
  // Linux hands over as one argument whatever follows the interpreter.
  const start = [NODE, ...flags, program].map((word) => JSON.stringify(word)).join(', ');
  return [
    `#!${NODE} --disable-warning=ExperimentalWarning`,
    `process.execve(${JSON.stringify(NODE)}, [${start}, ...process.argv.slice(2)]);`,
    '',
  ].join('\n');
}
