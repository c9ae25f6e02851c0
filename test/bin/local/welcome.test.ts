import { execFileSync } from 'node:child_process';
import { welcome } from '../../../bin/local/welcome';
import { resolveConfig } from '../../../config/resolve';
import type { ConfigInput } from '../../../config/schema';

const config = resolveConfig({
  models: {
    texts: {
      algorithm: 'softmax',
      source: { csv: 'texts.csv' },
      target: 'topic',
      mapping: [
        { name: 'words', type: 'str' },
        { name: 'length', type: 'int' },
      ],
    },
  },
});
const samples = { texts: { words: `don't say "no"; $(exit 1)`, length: 7 } };
const url = 'http://127.0.0.1:8080';
const eventsUrl = 'http://127.0.0.1:7070';

/** What a shell makes of a line: the arguments of `curl`. */
function argumentsOf(line: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${line}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('the welcome', () => {
  const lines = welcome({ config, url, eventsUrl, samples, keyFile: undefined })
    .split('\n')
    .filter((line) => line.startsWith('  curl'));

  test('says where the event server is', () => {
    const text = welcome({ config, url, eventsUrl, samples, keyFile: undefined });
    expect(text).toMatch(/Event server on http:\/\/127\.0\.0\.1:7070\n {2}POST, GET \/events\.json/);
  });

  test.each<[string, ConfigInput['models'][string]]>([
    ['a recommender', { algorithm: 'als', source: { observations: true } }],
    ['a model of texts', { algorithm: 'naive', mode: 'user-item', source: { csv: 'texts.csv' }, target: 'topic' }],
  ])('names the routes of Velox for %s', (_name, model) => {
    const shop = resolveConfig({ models: { shop: model } });
    const text = welcome({ config: shop, url, eventsUrl, samples: {}, keyFile: undefined });
    expect(text).toMatch(/^ {2}POST \/predict\/shop, \/observe\/shop +Velox$/m);
    expect(welcome({ config, url, eventsUrl, samples, keyFile: undefined })).not.toContain('Velox');
  });

  test('has three lines to paste', () => {
    expect(lines).toHaveLength(3);
  });

  test('asks ml-aws with a time of its own, whatever quotes the sample holds', () => {
    const [address, , , , body = ''] = argumentsOf(lines[0] as string);
    const { inputs, request_time } = JSON.parse(body);
    expect(address).toBe(`${url}/run/`);
    expect(inputs).toEqual(samples.texts);
    expect(Date.now() - Date.parse(request_time)).toBeLessThan(60_000);
  });

  test('asks Palladium with a query that decodes to the sample', () => {
    const [address = ''] = argumentsOf(lines[1] as string);
    expect(Object.fromEntries(new URL(address).searchParams)).toEqual({ words: samples.texts.words, length: '7' });
  });

  test('asks Open Inference with a tensor per feature', () => {
    const body = JSON.parse(argumentsOf(lines[2] as string).at(-1) as string);
    expect(body.inputs).toEqual([
      { name: 'words', shape: [1], datatype: 'BYTES', data: [samples.texts.words] },
      { name: 'length', shape: [1], datatype: 'INT64', data: [7] },
    ]);
  });

  test('sends a key where callers need one, and says where it is', () => {
    const text = welcome({ config, url, eventsUrl, samples, keyFile: '/data/keys.json' });
    expect(text).toContain('Yours are in /data/keys.json');
    expect(text.split('\n').filter((line) => line.includes('-H "x-api-key: $KEY"'))).toHaveLength(3);
  });
});
