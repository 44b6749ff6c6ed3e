import { writeFileSync } from 'node:fs';
import { dashboardFiles } from './dashboards.ts';

for (const [file, text] of dashboardFiles()) writeFileSync(file, text);
