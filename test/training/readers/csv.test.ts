import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ScalarFeature } from '../../../learning/model';
import { DataError } from '../../../training/data-error';
import { readCsv } from '../../../training/readers/csv';

const features: ScalarFeature[] = [
  { name: 'age', type: 'int', aliases: ['years'] },
  { name: 'height', type: 'float', aliases: [] },
  { name: 'city', type: 'str', aliases: [] },
  { name: 'member', type: 'bool', aliases: [] },
];

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'csv-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function read(text: string, options: { delimiter?: string; features?: ScalarFeature[] } = {}) {
  writeFileSync(join(directory, 'people.csv'), text);
  return readCsv({ csv: 'people.csv', directory, delimiter: ',', features, target: 'class', ...options });
}

const failure = (text: string) =>
  read(text).then(
    () => {
      throw new Error('was read without an error');
    },
    (error: DataError) => error,
  );

describe('a CSV file', () => {
  test('is read by column name, typed, whatever the order and the other columns', async () => {
    const { rows, labels } = await read(
      'class,city,extra,member,height,age\na,Oslo,?,True,1.8,30\nb,"Bern, BE",?,no,-2e-1,+4\n',
    );

    expect(rows).toEqual([
      [30, 1.8, 'Oslo', true],
      [4, -0.2, 'Bern, BE', false],
    ]);
    expect(labels).toEqual(['a', 'b']);
  });

  test('takes an alias as the name of a column', async () => {
    const { rows } = await read('years,height,city,member,class\n30,1.8,Oslo,true,a\n');

    expect(rows[0]![0]).toBe(30);
  });

  test('may have a byte order mark, CRLF, blank lines and another delimiter', async () => {
    const { rows, labels } = await read('\ufeffage;height;city;member;class\r\n\r\n1;2;x;true;a\r\n\r\n3;4;y;false;b', {
      delimiter: ';',
    });

    expect(rows).toEqual([
      [1, 2, 'x', true],
      [3, 4, 'y', false],
    ]);
    expect(labels).toEqual(['a', 'b']);
  });

  test('has the SHA-256 of its bytes as its fingerprint', async () => {
    const text = '\ufeffage,height,city,member,class\r\n1,2,x,true,a\r\n';

    const { sha256 } = await read(text);

    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('keeps any text as it is', async () => {
    const text = fc.string({ unit: 'grapheme' });
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
    const city: ScalarFeature[] = [{ name: 'city', type: 'str', aliases: [] }];

    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1 }), async (cities) => {
        const { rows } = await read(`city,class\n${cities.map((value) => `${quoted(value)},a\n`).join('')}`, {
          features: city,
        });

        expect(rows).toEqual(cities.map((value) => [value]));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a faulty CSV file', () => {
  const header = 'age,height,city,member,class\n';
  const good = '1,2,x,true,a\n';

  test.each([
    ['a text for a number', `${header}${good}1,abc,x,true,a\n`, "people.csv:3: height: 'abc' is not a number"],
    ['an empty number', `${header}1,,x,true,a\n`, "people.csv:2: height: '' is not a number"],
    [
      'a fraction for an int',
      `${header}${good}\n1.5,2,x,true,a\n`,
      "people.csv:4: age: '1.5' is not a whole number within ±(2^53 − 1)",
    ],
    ['an empty label', `${header}1,2,x,true,\n`, 'people.csv:2: class: has no label'],
    [
      'a row too short',
      `${header}${good}1,2,x,true\n`,
      'people.csv:3: does not have as many columns as the header (4)',
    ],
    ['an open quote', `${header}1,2,"x,true,a\n`, 'people.csv:2: a quote is opened but never closed'],
    [
      'a stray quote',
      `${header}1,2,"x"y,true,a\n`,
      'people.csv:2: the quotes are not as in RFC 4180; write a quote inside a quoted value twice',
    ],
    [
      'a missing feature',
      'age,city,member,class\n1,x,true,a\n',
      "people.csv:1: there is no column 'height'; the columns are age, city, member, class",
    ],
    [
      'a missing target',
      'age,height,city,member\n1,2,x,true\n',
      "people.csv:1: there is no column 'class'; the columns are age, height, city, member",
    ],
    [
      'a name and its alias',
      'age,years,height,city,member,class\n1,1,2,x,true,a\n',
      "people.csv:1: the columns 'age' and 'years' are both age; keep one",
    ],
    ['no rows', header, 'people.csv: has a header but no rows'],
    ['nothing in it', '', 'people.csv: is empty; its first row must name the columns'],
  ])('with %s is refused, naming the place', async (_, text, message) => {
    const error = await failure(text);

    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(5);
  });

  test('shows a long value shortened and on one line', async () => {
    const error = await failure(`${header}1,"${'long\n'.repeat(50)}",x,true,a\n`);

    expect(error.message).toMatch(/^people\.csv:\d+: height: '(long ){8}…' is not a number$/);
  });
});

describe('a CSV file that cannot be opened', () => {
  const readNamed = (csv: string) => readCsv({ csv, directory, delimiter: ',', features, target: 'class' });

  test('because it is not there ends with 3', async () => {
    await expect(readNamed('none.csv')).rejects.toMatchObject({
      message: 'none.csv: there is no such file',
      exitCode: 3,
    });
  });

  test('because it is a folder ends with 3', async () => {
    mkdirSync(join(directory, 'folder'));

    await expect(readNamed('folder')).rejects.toMatchObject({
      message: 'folder: is a folder, not a file',
      exitCode: 3,
    });
  });
});

test('reading ends when it is told to, with the reason it was told', async () => {
  writeFileSync(join(directory, 'people.csv'), 'age,height,city,member,class\n');
  const source = { csv: 'people.csv', directory, delimiter: ',', features, target: 'class' };

  const reason = new Error('stopped by SIGTERM');

  await expect(readCsv(source, AbortSignal.abort(reason))).rejects.toBe(reason);
});
