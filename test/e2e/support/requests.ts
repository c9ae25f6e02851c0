import { Random } from '../../../learning/random';

/** The protocols under load, each with how many samples its requests have. */
export const protocols = {
  'ml-aws': [1],
  palladium: [1, 3],
  oip: [2],
  invocations: [4],
} as const satisfies Record<string, readonly number[]>;

/** One request for predictions, and how its answer is read. */
export interface PredictionRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** The sepal length of each sample, by which it is known again. */
  readonly lengths: readonly number[];
  /** What was predicted for each sample. */
  readonly outputs: (answer: never) => readonly string[];
}

/** Makes the next request; no two are the same. */
export type MakeRequest = () => PredictionRequest;

/** Petals of one flower of each class. */
const petals = [
  { petal_length: 1.4, petal_width: 0.2 },
  { petal_length: 4.7, petal_width: 1.4 },
  { petal_length: 6, petal_width: 2.5 },
];

/** A maker for each kind of request. */
export function requestMakers(seed: number): readonly MakeRequest[] {
  const random = new Random(seed);
  const flower = () => ({
    sepal_length: 4 + 4 * random.uniform(),
    sepal_width: 3,
    ...(petals[random.below(petals.length)] as (typeof petals)[number]),
  });
  const flowers = (count: number) => Array.from({ length: count }, flower);
  const lengthsOf = (samples: readonly ReturnType<typeof flower>[]) => samples.map((sample) => sample.sepal_length);
  let made = 0;

  return [
    function run() {
      made += 1;
      const inputs = flower();
      const request_time = new Date().toISOString();
      return {
        method: 'POST',
        path: '/run/',
        body: JSON.stringify({ id: `${seed}-${made}`, request_time, inputs }),
        lengths: lengthsOf([inputs]),
        outputs: ({ output }: { output: string }) => [output],
      };
    },
    function predictOne() {
      const sample = flower();
      const query = Object.entries(sample).map(([name, value]) => `${name}=${value}`);
      return {
        method: 'GET',
        path: `/predict?${query.join('&')}`,
        lengths: lengthsOf([sample]),
        outputs: ({ result }: { result: string }) => [result],
      };
    },
    function predictSeveral() {
      const samples = flowers(protocols.palladium[1]);
      return {
        method: 'POST',
        path: '/predict',
        body: JSON.stringify(samples),
        lengths: lengthsOf(samples),
        outputs: ({ result }: { result: readonly string[] }) => result,
      };
    },
    function infer() {
      const samples = flowers(protocols.oip[0]);
      const data = samples.flatMap(Object.values);
      return {
        method: 'POST',
        path: '/v2/models/iris/infer',
        body: JSON.stringify({ inputs: [{ name: 'x', shape: [samples.length, 4], datatype: 'FP64', data }] }),
        lengths: lengthsOf(samples),
        outputs: ({ outputs }: { outputs: readonly { name: string; data: readonly string[] }[] }) =>
          outputs.find(({ name }) => name === 'predict')?.data ?? [],
      };
    },
    function invoke() {
      const samples = flowers(protocols.invocations[0]);
      return {
        method: 'POST',
        path: '/invocations',
        body: JSON.stringify({ dataframe_records: samples }),
        lengths: lengthsOf(samples),
        outputs: ({ predictions }: { predictions: readonly string[] }) => predictions,
      };
    },
  ];
}
