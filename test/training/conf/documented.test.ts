import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseConf } from '../../../training/conf/parse-conf';

const docs = resolve(__dirname, '../../../docs');

/** The configurations that a page of the documentation shows. */
const examplesOf = (page: string): string[] =>
  [...readFileSync(join(docs, page), 'utf8').matchAll(/^```textproto\n(.*?)^```$/gms)].map(([, text = '']) => text);

const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const examples = pages.flatMap((page) =>
  examplesOf(page).map((text, index): [string, string] => [`${page}, example ${index + 1}`, text]),
);

test.each(examples)('%s is a configuration without a fault or a warning', (name, text) => {
  expect(parseConf(text, name).warnings).toEqual([]);
});

test('the page for those who come from the parameter server shows each kind of job', () => {
  const kinds = examplesOf('from-parameter-server.md').map((text) => parseConf(text, 'example').conf.kind);

  expect(new Set(kinds)).toEqual(new Set(['online', 'batch', 'evaluation']));
});
