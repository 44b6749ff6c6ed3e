import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { runInPod, whyNamespacesAreMissing } from '../helpers/pod.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { DEPLOYERS } from './in-a-pod/deployers.ts';

const SCRIPT = path.join(import.meta.dirname, 'in-a-pod/check-deployer.ts');

describe('the image in place of the old one, nothing else changed', { concurrency: 3 }, () => {
  for (const { name, locust } of DEPLOYERS) {
    const options = {
      ...needs(whyBuildIsMissing(), ...(locust ? [whyLocustIsMissing('newest')] : [])),
      // Not every kernel lets every user have them.
      ...needsOptional(whyNamespacesAreMissing()),
    };
    it(`serves ${name}`, options, async () => {
      const { code, output } = await runInPod(SCRIPT, [name], 120_000);
      assert.equal(code, 0, output);
    });
  }
});
