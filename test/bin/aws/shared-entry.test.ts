import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSharedEntry, listsSharedEntry } from '../../../bin/aws/shared-entry';
import { writeProject } from './support/project';

let folder: string;
const file = () => join(folder, 'cdk.json');

beforeEach(() => {
  folder = writeProject();
});

test.each<[string, boolean]>([
  ['{}', false],
  ['{"context": {}}', false],
  ['{"context": {"modelapp:traffic": false}}', false],
  ['{"context": {"modelapp:traffic": true}}', true],
  ['{"context": {"modelapp:traffic": "true"}}', true],
  ['{"context": {"modelapp:split": "1.1.0:90,1.2.0:10"}}', true],
  ['{"context": {"modelapp:split": ""}}', false],
])('%s asks for a shared entry: %s', (text, expected) => {
  writeFileSync(file(), text);

  expect(listsSharedEntry(folder)).toBe(expected);
});

test.each([
  ['{"context": {"modelapp:traffic": false, "other": 1}}\n', '{"context": {"modelapp:traffic": true, "other": 1}}\n'],
  [
    '{\n  "context": {\n    "other": 1\n  }\n}\n',
    '{\n  "context": {\n    "modelapp:traffic": true,\n    "other": 1\n  }\n}\n',
  ],
  ['{"context": {"modelapp:split": "1.1.0:1"}}', '{"context": {"modelapp:split": "1.1.0:1"}}'],
])('in %j it is noted, and every other character stays', (before, after) => {
  writeFileSync(file(), before);

  listSharedEntry(folder);

  expect(readFileSync(file(), 'utf8')).toBe(after);
});
