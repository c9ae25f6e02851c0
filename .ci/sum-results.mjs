import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';

/** Prints one line, `N passed, N failed`, over all of Jest's result files of a folder. */
const [, , folder, status] = argv;
const results = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const sum = (count) => results.reduce((total, result) => total + count(result), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const failed = sum(({ numFailedTests, numRuntimeErrorTestSuites }) => numFailedTests + numRuntimeErrorTestSuites);

// A step that fails without a failing test, such as the linter, counts as one.
console.log(`${passed} passed, ${Math.max(failed, status === '0' ? 0 : 1)} failed`);
