import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createByteCollector } from '../../../src/locust/client/transport.ts';

for (const [what, announced] of [
  ['no size', 0],
  ['the right size', 300_000],
  ['too small a size', 10],
  ['no bytes at all', 0],
  ['too large a size', 400_000],
] as const) {
  it(`chunks are joined in their order when ${what} is announced`, () => {
    const chunks = Array.from({ length: 300 }, (_, index) => Buffer.alloc(1000, index % 251));
    const collector = createByteCollector(announced);
    for (const chunk of chunks) collector.add(chunk);
    assert.deepEqual(collector.finish(), Buffer.concat(chunks));
  });
}

it('nothing makes an empty response', () => {
  assert.equal(createByteCollector(0).finish().length, 0);
});
