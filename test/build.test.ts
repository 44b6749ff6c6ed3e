import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { startExporter, whyBuildIsMissing } from './helpers/exporter.ts';
import { needs } from './helpers/requirement.ts';

describe('the bundle', needs(whyBuildIsMissing()), () => {
  it('leaves warnings of its packages out of the log', async (t) => {
    const exporter = await startExporter();
    t.after(() => exporter.stop());
    // Packages parse such a path with a function that Node.js warns of.
    const asked = request(exporter.url, { path: 'http://exporter.example/healthz' }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    response.resume();
    await exporter.stop();
    assert.deepEqual(
      exporter.log.filter(({ level }) => level !== 'info'),
      [],
    );
  });
});
