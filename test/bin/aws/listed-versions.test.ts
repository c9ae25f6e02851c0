import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readListedVersions, writeListedVersions } from '../../../bin/aws/listed-versions';
import { parseVersion } from '../../../config/version';
import { writeProject } from './support/project';

let folder: string;
const file = () => join(folder, 'cdk.json');
const versions = (...texts: string[]) => texts.map(parseVersion);

beforeEach(() => {
  folder = writeProject();
});

test('the list is read whether it is one text or many', () => {
  writeFileSync(file(), '{"context": {"modelapp:versions": "1.0.0, 1.1.0"}}');
  expect(readListedVersions(folder)).toEqual(['1.0.0', '1.1.0']);

  writeFileSync(file(), '{"context": {"modelapp:versions": ["1.0.0", "1.1.0"]}}');
  expect(readListedVersions(folder)).toEqual(['1.0.0', '1.1.0']);
});

test('a file without the list lists no version', () => {
  writeFileSync(file(), '{"app": "node app.js"}');

  expect(readListedVersions(folder)).toEqual([]);
});

test('writing sorts by precedence, drops repetitions and keeps every other character', () => {
  const text = (list: string) =>
    `{\n   "app":"node app.js",\n\n  "context" : { "modelapp:versions" :  ${list},\n\t"other": ["1.0.0"]}}\n\n`;
  writeFileSync(file(), text('["1.0.0"]'));

  writeListedVersions(folder, versions('10.0.0', '9.0.0', '10.0.0'));

  expect(readFileSync(file(), 'utf8')).toBe(text('["9.0.0", "10.0.0"]'));
  expect(readdirSync(folder).sort()).toEqual(['VERSION', 'cdk.json', 'modelapp.config.js']);
});

test('a file without the list gets one in front of the other context', () => {
  writeFileSync(file(), '{\n  "context": {\n    "other": true\n  }\n}\n');

  writeListedVersions(folder, versions('1.0.0'));

  expect(readFileSync(file(), 'utf8')).toBe(
    '{\n  "context": {\n    "modelapp:versions": ["1.0.0"],\n    "other": true\n  }\n}\n',
  );
});

test.each([
  '{}',
  '{"context":{}}',
  '{"context": {"modelapp:versions": null}}',
  '{"x": "\\"context\\": {", "context": {"a": 1}}',
])('in %s what is written can be read again, and the rest stays', (text) => {
  writeFileSync(file(), text);

  writeListedVersions(folder, versions('1.0.0', '1.1.0'));

  const { context = {}, ...rest } = JSON.parse(text);
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
    ...rest,
    context: { ...context, 'modelapp:versions': ['1.0.0', '1.1.0'] },
  });
});

test('whatever else stands in the file, only the list changes', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (rest, context) => {
        const content = { ...rest, context: { ...context, 'modelapp:versions': ['1.0.0'] } };
        writeFileSync(file(), JSON.stringify(content, null, 1));

        writeListedVersions(folder, versions('2.0.0', '3.0.0'));

        const wanted = { ...content, context: { ...content.context, 'modelapp:versions': ['2.0.0', '3.0.0'] } };
        expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual(JSON.parse(JSON.stringify(wanted)));
      },
    ),
    { numRuns: 200 },
  );
});

test.each([
  ['{"context": {"modelapp:versions": ["1.0"]}}', "modelapp:versions: '1.0' is not a version: write MAJOR.MINOR.PATCH"],
  ['{', 'is not valid JSON'],
])('%s names the file and what is wrong', (text, fault) => {
  writeFileSync(file(), text);

  expect(() => readListedVersions(folder)).toThrow(`${file()}: ${fault}`);
});
