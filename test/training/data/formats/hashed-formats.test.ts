import { readColumns } from '../../../../training/data/formats/csv/csv-columns';
import { csvDefaults, faultOf, format, parseLine } from '../support/plain-rows';
import { slowHash } from '../support/slow-hash';

describe('VW', () => {
  const vw = format('VW');

  test('makes keys of the namespace and the name', () => {
    expect(parseLine('1 |user age:2.5 female |item book', vw)).toEqual({
      label: 1,
      importance: 1,
      entries: [
        [slowHash('user^age'), 2.5],
        [slowHash('user^female'), 1],
        [slowHash('item^book'), 1],
      ],
    });
  });

  test('scales the values of a namespace, and knows one without a name', () => {
    expect(parseLine('0 |a:.5 x:3 y| z', vw)).toEqual({
      label: -1,
      importance: 1,
      entries: [
        [slowHash('a^x'), 1.5],
        [slowHash('a^y'), 0.5],
        [slowHash('^z'), 1],
      ],
    });
  });

  test('takes importance and tag', () => {
    expect(parseLine("-1 2.5 'first|a x", vw)).toMatchObject({ label: -1, importance: 2.5 });
    expect(parseLine("-1 'first |a x", vw)).toMatchObject({ label: -1, importance: 1 });
    expect(parseLine('1 3|a x', vw)).toMatchObject({ label: 1, importance: 3 });
  });

  test('takes real labels for the squared loss', () => {
    expect(parseLine('3.25 |a x', format('VW', { anyLabel: true })).label).toBe(3.25);
  });

  test.each([
    ['1 a x', "importance 'a' is not a finite number"],
    ['1', "there is no '|' after the label, importance and tag"],
    ['|a x', "label '|a' is not a finite number"],
    ['2 |a x', "label '2' is not 1, 0 or -1; other labels need the loss SQUARE"],
    ['1 -1 |a x', "importance '-1' is below 0"],
    ['1 |a :3', "there is no name before ':'"],
    ['1 |a x:y', "value 'y' is not a finite number"],
    ['1 |a:s x', "scale 's' is not a finite number"],
    ['1 |a:1e300 x:1e300', "feature 'x' is too large to scale"],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, vw)).toBe(reason);
  });
});

describe('CSV', () => {
  const csv = { ...csvDefaults, numeric: ['age'], skip: ['id'], positive: 'yes' };
  const header = 'label,age,city,id';
  const columns = readColumns(Buffer.from(header), csv, 'data.csv');
  const described = format('CSV', { csv, columns });

  test('makes keys of column and text, and of numeric columns alone', () => {
    expect(parseLine('yes,41.5,Bern,7', described)).toEqual({
      label: 1,
      importance: 1,
      entries: [
        [slowHash('age'), 41.5],
        [slowHash('city=Bern'), 1],
      ],
    });
  });

  test('skips empty values, and takes any other label as -1', () => {
    expect(parseLine('YES,,,', described)).toEqual({ label: -1, importance: 1, entries: [] });
  });

  test('reads quoted values', () => {
    expect(parseLine('"yes","3","a ""b"", c\r\n","d"', described).entries).toEqual([
      [slowHash('age'), 3],
      [slowHash('city=a "b", c\r\n'), 1],
    ]);
  });

  test('takes another delimiter', () => {
    const semicolons = { ...csv, delimiter: ';' };
    const other = readColumns(Buffer.from('age;label;city;id'), semicolons, 'data.csv');

    expect(parseLine('1;yes;a,b;', format('CSV', { csv: semicolons, columns: other })).entries).toEqual([
      [slowHash('age'), 1],
      [slowHash('city=a,b'), 1],
    ]);
  });

  test.each([
    ['yes,1,Bern', 'has 3 columns, not 4'],
    ['yes,1,Bern,7,8', 'has more than 4 columns'],
    ['yes,old,Bern,7', "age 'old' is not a finite number"],
    ['yes,1 2,Bern,7', "age '1 2' is not a finite number"],
    ['yes,1,Be"rn,7', 'a quote stands inside a value without quotes; quote the value and double the quote'],
    ['yes,1,"Bern,7', 'a quote is opened but never closed'],
    ['yes,1,"Be"rn,7', 'after the closing quote of a value there is more of it; double a quote inside a value'],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, described)).toBe(reason);
  });

  test('has numbers as names of columns if there is no header', () => {
    const bare = { ...csvDefaults, header: false, label: '2', numeric: ['1'] };

    expect(readColumns(Buffer.from('5,1,x'), bare, 'data.csv')).toEqual([
      { name: '1', kind: 'numeric' },
      { name: '2', kind: 'label' },
      { name: '3', kind: 'text' },
    ]);
  });

  test('refuses columns that are not there or have the same name', () => {
    expect(() => readColumns(Buffer.from('a,b'), csvDefaults, 'data.csv')).toThrow(
      "data.csv:1: there is no column 'label'; the columns are a, b",
    );
    expect(() => readColumns(Buffer.from('label,a,a'), csvDefaults, 'data.csv')).toThrow(
      "data.csv:1: two columns have the name 'a'; rename one",
    );
  });
});
