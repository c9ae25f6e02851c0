import { readFileSync } from 'node:fs';
import { argv } from 'node:process';

/** Prints the test files that failed by a result file of Jest, a line each. */
const { testResults } = JSON.parse(readFileSync(argv[2], 'utf8'));
for (const { name, status } of testResults) if (status === 'failed') console.log(name);
