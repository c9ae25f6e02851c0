import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { argv, cwd } from 'node:process';

/**
 * Prints one line, `N passed, N failed`, over all of Jest's result files of a folder, and before it the test files that
 * failed at first. `<suite>.again.json` has what became of those, in place of what `<suite>.json` says of them.
 */
const [, , folder, status] = argv;
const runs = readdirSync(folder)
  // The first run before the second.
  .sort((a, b) => Number(a.endsWith('.again.json')) - Number(b.endsWith('.again.json')))
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const results = runs.flatMap(({ testResults }) => testResults);
const last = new Map(results.map((result) => [result.name, result]));

const count = (wanted) =>
  [...last.values()].reduce((sum, { assertionResults }) => {
    return sum + assertionResults.filter((test) => test.status === wanted).length;
  }, 0);
const brokenFiles = [...last.values()].filter((result) => {
  return result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed');
});
const failed = count('failed') + brokenFiles.length;

for (const result of results) {
  if (result.status === 'failed' && last.get(result.name).status === 'passed') {
    console.log(`failed at first, passed the second time: ${relative(cwd(), result.name)}`);
  }
}
// A step that fails without a failing test, such as the linter, counts as one.
console.log(`${count('passed')} passed, ${Math.max(failed, status === '0' ? 0 : 1)} failed`);
