#!/nodejs/bin/node --disable-warning=ExperimentalWarning
// Runs the program by its name, where there is no shell, with the flags of the image's entry point.
// Linux hands over a single argument from the first line, so Node.js starts itself anew.
process.execve(process.execPath, [
  process.execPath,
  ...['--optimize-for-size', '--disable-sigusr1', '/app/dist/bin.js'],
  ...process.argv.slice(2),
]);
