import type { YieldingTask } from '../../async/run-yielding.ts';
import type { VersionQuirks } from './version-quirks.ts';
import { unescapeHtml } from '../text.ts';
import type { IgnoredCollector } from './values.ts';
import { visitList, type JsonList } from './json-list.ts';
import { countAt, isObject, labelAt, type JsonObject } from './values.ts';
import type { ErrorOccurrences } from '../snapshot.ts';

/** Parses the list `errors`; what is no error at all is left out. */
export function* parseErrors(
  errors: JsonList,
  quirks: VersionQuirks,
  ignored: IgnoredCollector,
): YieldingTask<ErrorOccurrences[]> {
  const parsed: ErrorOccurrences[] = [];
  yield* visitList(errors, (error, index) => {
    ignored.enter('errors', index);
    if (Array.isArray(error) && error.length === 2) {
      parsed.push(parsePair(error, ignored));
    } else if (isObject(error) && 'error' in error) {
      parsed.push(parseErrorRow(error, quirks, ignored));
    } else {
      ignored.addOdd('row', '', 'an error', error);
    }
  });
  ignored.enter(null);
  return parsed;
}

function parseErrorRow(
  error: JsonObject,
  quirks: VersionQuirks,
  ignored: IgnoredCollector,
): ErrorOccurrences {
  // Spelled with one r up to 0.11.1.
  const countKey = 'occurences' in error ? 'occurences' : 'occurrences';
  const unescape = quirks.errorsEscaped ? unescapeHtml : (text: string) => text;
  return {
    method: labelAt(error, 'method', ignored),
    name: unescape(labelAt(error, 'name', ignored)),
    error: unescape(labelAt(error, 'error', ignored)),
    occurrences: countAt(error, countKey, ignored),
  };
}

/** Up to 0.6.2 an error is `[text, count]`, of no endpoint. */
function parsePair(
  [error, count]: readonly unknown[],
  ignored: IgnoredCollector,
): ErrorOccurrences {
  const pair = { error, count };
  return {
    method: '',
    name: '',
    error: labelAt(pair, 'error', ignored),
    occurrences: countAt(pair, 'count', ignored),
  };
}
