import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** The four features of a flower, as texts of the data file. */
type Flower = Readonly<Record<string, string>>;

export const features = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'] as const;

/** The rows of the shipped example. */
export function irisFlowers(): readonly Flower[] {
  return parse(readFileSync('examples/iris/iris.csv'), { columns: true }) as Flower[];
}

/** Makes requests, each with the next flower. */
export type RequestSource = () => string;

/**
 * `POST /run/` of ml-aws, each with an id of its own.
 * @param name of the run; ids of two runs differ if their names do
 */
export function runRequests(name: string, flowers: readonly Flower[]): RequestSource {
  const bodies = flowers.map((flower) => JSON.stringify({ inputs: numbers(flower) }).slice(1));
  let count = 0;
  return () => {
    const body = bodies[count % bodies.length] as string;
    count += 1;
    return post('/run/', `{"id":"${name}-${count}","request_time":"2026-01-01 12:00:00",${body}`);
  };
}

/**
 * `POST /v2/models/iris/infer` of the Open Inference Protocol: a tensor for each feature.
 * @param samples in each request
 */
export function inferRequests(flowers: readonly Flower[], samples = 1): RequestSource {
  const requests = flowers.map((_, first) => {
    const sent = Array.from({ length: samples }, (_, i) => numbers(flowers[(first + i) % flowers.length] as Flower));
    const inputs = features.map((name) => ({
      name,
      shape: [samples],
      datatype: 'FP64',
      data: sent.map((flower) => flower[name]),
    }));
    return post('/v2/models/iris/infer', JSON.stringify({ inputs }));
  });
  let count = 0;
  return () => requests[count++ % requests.length] as string;
}

const numbers = (flower: Flower) => Object.fromEntries(features.map((name) => [name, Number(flower[name])]));

/** A whole request; ASCII only. */
export const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
