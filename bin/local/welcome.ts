import { isUserItem } from '../../config/models/model';
import type { Config, MappingEntry } from '../../config/schema';
import type { FeatureValue, ScalarValue } from '../../learning/model';
import { sparseText } from '../../learning/sparse/sparse-features';
import { shellWord } from '../shell-word';

/** What a person sees when the service is ready. */
export interface Welcome {
  readonly config: Config;
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Of the event server: `http://127.0.0.1:7070` */
  readonly eventsUrl: string;
  /** A sample for each model that the lines can be tried with, by feature. */
  readonly samples: Readonly<Record<string, Readonly<Record<string, FeatureValue>>>>;
  /** The file with the keys, if callers need one. */
  readonly keyFile: string | undefined;
}

const eventEndpoints: readonly (readonly [string, string])[] = [
  ['POST, GET /events.json', 'store and list events'],
  ['GET /entities/<type>/<id>.json', 'entities'],
  ['GET /docs', 'every route, OpenAPI'],
];

const tensorTypes = { float: 'FP64', int: 'INT64', str: 'BYTES', bool: 'BOOL', sparse: 'BYTES' } as const;

/** The endpoints, and `curl` lines that work when pasted: one for each protocol with old clients, one for each model. */
export function welcome({ config, url, eventsUrl, samples, keyFile }: Welcome): string {
  const first = Object.keys(config.models)[0] as string;
  const model = config.mlAws.model ?? first;
  const service = config.palladium.services[0];
  const key = keyFile ? ' -H "x-api-key: $KEY"' : '';
  const endpoints: [string, string][] = [
    ['POST /run/', 'ml-aws'],
    ...config.palladium.services.map(({ entryPoint }): [string, string] => [`GET, POST ${entryPoint}`, 'Palladium']),
    ...Object.entries(config.models).flatMap(([name, settings]): [string, string][] =>
      isUserItem(settings) ? [[`POST /predict/${name}, /observe/${name}`, 'Velox']] : [],
    ),
    ['POST /queries.json', 'PredictionIO'],
    ...Object.keys(config.models).map((name): [string, string] => [
      `POST /v2/models/${name}/infer`,
      'Open Inference v2',
    ]),
    ['POST /invocations', 'SageMaker, MLflow'],
    ['POST /feedback', 'outcomes'],
    ['GET /docs', 'every route, OpenAPI'],
    ['GET /metrics', 'Prometheus'],
  ];
  const width = Math.max(...[...endpoints, ...eventEndpoints].map(([route]) => route.length));
  const lines = [
    `Endpoints on ${url}`,
    ...endpoints.map(([route, what]) => `  ${route.padEnd(width)}  ${what}`),
    `Event server on ${eventsUrl}`,
    ...eventEndpoints.map(([route, what]) => `  ${route.padEnd(width)}  ${what}`),
    '',
    ...(keyFile ? [`Callers need a key. Yours are in ${keyFile}; put the one for predictions into KEY.`] : []),
    'Try it:',
    `  curl${key} ${url}/run/ -H 'content-type: application/json' -d ${runBody(samples[model] ?? {})}`,
  ];
  if (service) {
    const target = service.model ?? first;
    const query = new URLSearchParams(
      (service.mapping ?? config.models[target]?.mapping ?? []).map(({ name }): [string, string] => [
        name,
        textOf(samples[target]?.[name] ?? ''),
      ]),
    );
    lines.push(`  curl${key} '${url}${service.entryPoint}?${query}'`);
  }
  for (const [name, { mapping }] of Object.entries(config.models)) {
    const infer = shellWord(JSON.stringify(inferBody(mapping, samples[name] ?? {})));
    lines.push(`  curl${key} ${url}/v2/models/${name}/infer -H 'content-type: application/json' -d ${infer}`);
  }
  return lines.join('\n');
}

/** The shell fills the time in, because a repeated (id, request_time) is refused. */
const runBody = (inputs: Readonly<Record<string, FeatureValue>>): string =>
  `'{"id":"1","request_time":"'$(date -u +%FT%TZ)'","inputs":'${shellWord(JSON.stringify(inputs))}'}'`;

const inferBody = (mapping: readonly MappingEntry[], sample: Readonly<Record<string, FeatureValue>>) => ({
  inputs: mapping.map(({ name, type }) => ({
    name,
    shape: [1],
    datatype: tensorTypes[type],
    data: [tensorElement(sample[name] ?? '')],
  })),
});

/** Sparse features as text, all else as it is. */
const tensorElement = (value: FeatureValue): ScalarValue => (typeof value === 'object' ? sparseText(value) : value);

const textOf = (value: FeatureValue): string => String(tensorElement(value));
