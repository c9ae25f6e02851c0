import type { FastifyPluginAsync, FastifyRequest, FastifySchema, RouteOptions } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../context';
import { fromDatabase } from '../http/database-access';
import { RecordedPredictions } from './ml-aws/recorded-predictions';
import { runHandler, runSchema } from './ml-aws/run';
import { modelNameOf } from './request/model-choice';

const rowFields = { run_id: Type.Integer(), id: Type.String(), prediction_id: Type.String(), revision: Type.Integer() };
const httpDate = (description: string) => Type.String({ description, examples: ['Sun, 01 Jan 2017 00:00:00 GMT'] });

const OutputsSchema = Type.Array(
  Type.Object({
    ...rowFields,
    finished_at: httpDate('When it was answered.'),
    output: Type.String(),
    code_version: Type.String(),
  }),
);

const InputsSchema = Type.Array(
  Type.Object({
    ...rowFields,
    request_time: httpDate("The client's time of the request."),
    inputs: Type.Record(Type.String(), Type.Unknown()),
  }),
);

const outputsSchema = { summary: 'Recorded outputs of a request', response: { 200: OutputsSchema } };
const inputsSchema = { summary: 'Recorded inputs of a request', response: { 200: InputsSchema } };
const versionSchema = { summary: 'Version of the model and of the code', response: { 200: Type.String() } };
const endpointsSchema = { summary: 'The routes of this protocol' };

const endpoints = {
  GET: { version: '/version/', scores: '/output/<id>/', inputs: '/inputs/<id>/' },
  POST: { score: '/run/' },
};

/** The protocol of ml-aws; each of its routes works with and without the slash at the end. */
export const mlAws: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { config, database, version, codeVersion, instance } = context;
  const recorded = new RecordedPredictions(database, version);

  function route(method: 'GET' | 'POST', url: string, schema: FastifySchema, handler: RouteOptions['handler']): void {
    const options = { method, handler, config: { access: 'predict' } } as const;
    server.route({ ...options, url, schema: { ...schema, tags: ['ml-aws'] } });
    server.route({ ...options, url: url.slice(0, -1), schema: { ...schema, hide: true } });
  }

  const versionText = JSON.stringify(`${version}-${codeVersion}`);
  route('GET', '/version/', versionSchema, async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    return versionText;
  });

  route('GET', '/endpoints/', endpointsSchema, async () => endpoints);

  route('GET', '/output/:id/', outputsSchema, async (request): Promise<Static<typeof OutputsSchema>> => {
    await instance.ship();
    const rows = await fromDatabase(recorded.outputs(idOf(request)));
    return rows.map((row) => ({ ...row, run_id: Number(row.run_id), finished_at: row.finished_at.toUTCString() }));
  });

  route('GET', '/inputs/:id/', inputsSchema, async (request): Promise<Static<typeof InputsSchema>> => {
    await instance.ship();
    const rows = await fromDatabase(recorded.inputs(idOf(request)));
    return rows.map((row) => ({ ...row, run_id: Number(row.run_id), request_time: row.request_time.toUTCString() }));
  });

  const model = modelNameOf(config, config.mlAws);
  route('POST', '/run/', runSchema(config.models[model]?.mapping ?? []), runHandler(context, model));
};

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;
