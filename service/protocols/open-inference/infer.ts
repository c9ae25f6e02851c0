import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../../context';
import { setPredictionHeaders } from '../../http/prediction-headers';
import { paramsFrom } from '../request/model-params';
import type { ModelPaths } from '../request/model-paths';
import { unitOf } from '../request/unit';
import type { Inputs } from './inputs';
import { finiteOutput, OutputTensorSchema, outputTensor, selectOutputs } from './outputs';
import { TensorSchema } from './tensor';

const InferSchema = Type.Object({
  id: Type.Optional(Type.String({ description: 'Comes back in the answer; else that is the prediction id.' })),
  parameters: Type.Optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      description: "Values for the model's own parameters.",
    }),
  ),
  inputs: Type.Array(TensorSchema, { minItems: 1 }),
  outputs: Type.Optional(
    Type.Array(Type.Object({ name: Type.String({ description: '`predict` or `predict_proba`.' }) }), {
      description: 'The outputs wanted; all if absent.',
    }),
  ),
});

const AnswerSchema = Type.Object({
  model_name: Type.String(),
  model_version: Type.String({ description: 'The revision.' }),
  id: Type.String(),
  outputs: Type.Array(OutputTensorSchema),
});

/** What `POST …/infer` takes and answers. */
export const inferSchema = { body: InferSchema, response: { 200: AnswerSchema } };

/**
 * Makes the handler of `POST …/infer`.
 * @param inputs of each model, by its name
 */
export function inferHandler({ predictor }: ServiceContext, paths: ModelPaths, inputs: ReadonlyMap<string, Inputs>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<Static<typeof AnswerSchema>> => {
    const parsedAt = performance.now();
    const body = request.body as Static<typeof InferSchema>;
    const model = paths.model(request);
    const rows = (inputs.get(model.name) as Inputs).rows(body.inputs);
    const revision = paths.loaded(request);
    const outputs = selectOutputs(revision.model, body.outputs);
    const { unit, assigned } = unitOf(request);
    const answered = await predictor.answer({
      model,
      revision,
      protocol: 'oip',
      rows,
      params: paramsFrom(revision.model.params, body.parameters, 'parameters'),
      parsedAt,
      output: finiteOutput,
      id: body.id,
      unit,
      assigned,
    });
    setPredictionHeaders(reply, answered);
    return {
      model_name: model.name,
      model_version: String(answered.revision),
      id: body.id ?? answered.predictionId,
      outputs: outputs.map((output) => outputTensor(output, answered.predictions)),
    };
  };
}
