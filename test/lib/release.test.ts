import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readRelease } from '../../lib/release';
import { runFolder } from '../support/test-run';

function tree({ version = '1.2.0\n', built = true } = {}): string {
  const directory = mkdtempSync(join(runFolder(), 'tree-'));
  writeFileSync(join(directory, 'VERSION'), version);
  if (built) for (const part of ['image', 'lambda']) mkdirSync(join(directory, 'dist', part), { recursive: true });
  return directory;
}

const release = (context: Record<string, unknown> = {}, directory = tree()) =>
  readRelease(new App({ context }).node, directory);

test('without context only VERSION is live, nothing is shared, and tables are archived', () => {
  expect(release()).toMatchObject({
    version: '1.2.0',
    otherVersions: [],
    events: false,
    training: false,
    traffic: false,
    archive: true,
  });
  expect(release().split).toBeUndefined();
});

test.each([
  ['a text, as the command line gives it', '1.0.0,1.1.0'],
  ['a list, as cdk.json may hold it', ['1.0.0', '1.1.0']],
  ['a text with blanks, repetitions and VERSION itself', '1.0.0, 1.1.0,1.0.0,1.2.0'],
])('the other live versions are %s', (_, versions) => {
  expect(release({ 'modelapp:versions': versions }).otherVersions).toEqual(['1.0.0', '1.1.0']);
});

test('the command line wins over cdk.json', () => {
  expect(release({ versions: '1.1.0', 'modelapp:versions': ['1.0.0'] }).otherVersions).toEqual(['1.1.0']);
});

test.each([
  ['a text, as the command line gives it', 'true', true],
  ['a truth value, as cdk.json may hold it', true, true],
  ['false', 'false', false],
])('versions share an entry if traffic is true: %s', (_, traffic, expected) => {
  expect(release({ traffic }).traffic).toBe(expected);
});

test.each([
  ['on the command line', { events: 'true' }],
  ['in cdk.json', { 'modelapp:events': true }],
])('there is an event server if events is true %s', (_, context) => {
  expect(release(context).events).toBe(true);
});

test.each([
  ['on the command line', { training: 'true' }],
  ['in cdk.json', { 'modelapp:training': true }],
])('there are machines for training if training is true %s', (_, context) => {
  expect(release(context).training).toBe(true);
});

test('a malformed training is refused', () => {
  expect(() => release({ training: 'on' })).toThrow("context 'training': 'on' is neither true nor false");
});

test('a malformed events is refused', () => {
  expect(() => release({ events: 'on' })).toThrow("context 'events': 'on' is neither true nor false");
});

test('a malformed traffic is refused', () => {
  expect(() => release({ traffic: 'yes' })).toThrow("context 'traffic': 'yes' is neither true nor false");
});

test.each([
  ['a text', '1.1.0:90,1.2.0:10'],
  ['a list, as cdk.json may hold it', ['1.1.0:90', '1.2.0:10']],
])('a split is %s, and implies the shared entry', (_, split) => {
  const { traffic, split: read } = release({ versions: '1.1.0', 'modelapp:split': split });

  expect(read).toEqual([
    { version: '1.1.0', weight: 90 },
    { version: '1.2.0', weight: 10 },
  ]);
  expect(traffic).toBe(true);
});

test('an empty split on the command line turns off that of cdk.json', () => {
  expect(release({ split: '', 'modelapp:split': '1.2.0:1' })).not.toHaveProperty('split');
});

test.each([
  ['1.2.0', "'1.2.0' is not VERSION:WEIGHT"],
  ['1.2.0:1000', "'1.2.0:1000': the weight '1000' is not a whole number from 0 to 999"],
  ['1.2.0:1,1.2.0:2', "'1.2.0' stands there twice"],
  ['1.2.0:0', 'all weights are 0'],
  ['1.2.0:1,1.3.0:0', "'1.3.0' is none of the live versions 1.2.0, 1.1.0: add it to the context value 'versions'"],
])("the split '%s' is refused, naming the context value and the entry", (split, message) => {
  expect(() => release({ versions: '1.1.0', split })).toThrow(`context 'split': ${message}`);
});

test('the archive can be turned off', () => {
  expect(release({ archive: 'false' }).archive).toBe(false);
});

test.each(['1.2', '01.2.0', '1.2.0-rc1', 'latest'])(
  "a malformed version '%s' is refused, naming the context value",
  (text) => {
    expect(() => release({ versions: `1.0.0,${text}` })).toThrow(
      `context 'versions': '${text}' is not a version: write MAJOR.MINOR.PATCH`,
    );
  },
);

test('a malformed VERSION is refused, naming the file', () => {
  expect(() => release({}, tree({ version: 'v1' }))).toThrow("VERSION: 'v1' is not a version");
});

test('a malformed archive is refused', () => {
  expect(() => release({ archive: 'no' })).toThrow("context 'archive': 'no' is neither true nor false");
});

test('a tree that was not built says what to do', () => {
  expect(() => release({}, tree({ built: false }))).toThrow('dist/image: is not there; run npm run build:cdk');
});
