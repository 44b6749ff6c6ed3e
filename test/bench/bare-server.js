// The least that a Node.js server can do: answers from memory, to compare with.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, ...files] = process.argv.slice(2);
const bodies = new Map(files.map((file, index) => [`/${index}`, readFileSync(file)]));

createServer((request, response) => {
  const body = bodies.get(request.url ?? '') ?? 'ok\n';
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
  response.end(body);
}).listen(Number(port), '127.0.0.1');
