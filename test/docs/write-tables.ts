import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PAGES_WITH_TABLES, ROOT, withNewTables } from './generated-tables.ts';

for (const page of PAGES_WITH_TABLES) {
  writeFileSync(path.join(ROOT, page), await withNewTables(page));
}
