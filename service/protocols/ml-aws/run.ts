import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Feature, Label, Prediction, Row } from '../../../learning/model';
import type { ServiceContext } from '../../context';
import { badRequest, HttpError } from '../../http/errors';
import { setPredictionHeaders } from '../../http/prediction-headers';
import type { ServedModel } from '../../models/served-models';
import { newPredictionId } from '../../predictions/prediction-id';
import type { Answered } from '../../predictions/predictor';
import { FieldError, rowFromObject } from '../request/feature-values';
import { byClass, OutputSchema, orNull, ProbabilitiesSchema } from '../request/output-values';
import { unitOf } from '../request/unit';
import { parseRequestTime } from './request-time';

const idDescription = "The client's id of the request, a string or an integer; 7 and '7' are the same.";

/** Of the features only their names are said here; how their values convert is not the schema's to check. */
const runBodySchema = (mapping: readonly Feature[]) =>
  Type.Object({
    id: Type.Unknown({ description: idDescription }),
    request_time: Type.String({ description: '`YYYY-MM-DD HH:MM:SS[.f]` or ISO 8601; UTC if it names no zone.' }),
    inputs: Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      description: 'The features by name.',
      properties: Object.fromEntries(mapping.map(({ name, type }) => [name, { description: type }])),
    }),
  });

const AnswerSchema = Type.Object({
  status: Type.Integer({ description: '201: the prediction is recorded.' }),
  id: Type.Unsafe<string | number>({ type: ['string', 'integer'], description: idDescription }),
  prediction_id: Type.String(),
  output: OutputSchema,
  probabilities: Type.Optional(ProbabilitiesSchema),
  revision: Type.Integer(),
});

type RunAnswer = Static<typeof AnswerSchema>;

/** What `POST /run/` takes and answers. */
export const runSchema = (mapping: readonly Feature[]) => ({
  summary: 'Predict and record',
  body: runBodySchema(mapping),
  response: { 200: AnswerSchema },
});

/**
 * Makes the handler of `POST /run/` for a configured model. A repeated (id, request_time) is refused with 409; the pair
 * is claimed before the prediction, so that of two at once only one is answered, and given free again if there is no
 * answer.
 */
export function runHandler({ models, predictor, instance }: ServiceContext, name: string) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<RunAnswer> => {
    const parsedAt = performance.now();
    const body = request.body as Static<ReturnType<typeof runBodySchema>>;
    const model = models.get(name) as ServedModel;
    const revision = model.active;
    const sentId = checkedId(body.id);
    const id = String(sentId);
    const requestTime = timeOf(body.request_time);
    const rows = [rowOf(model, body.inputs)];
    const { unit, assigned } = unitOf(request);
    const predictionId = newPredictionId();
    const claimed = instance.claim(id, requestTime, predictionId);
    const first = claimed instanceof Promise ? await claimed : claimed;
    if (first !== undefined) throw repeated(first);
    try {
      const answered = await predictor.answer({
        model,
        revision,
        protocol: 'ml-aws',
        rows,
        parsedAt,
        id,
        requestTime: requestTime / 1000,
        predictionId,
        unit,
        assigned,
      });
      setPredictionHeaders(reply, answered);
      return runAnswer(sentId, answered, revision?.model.classes);
    } catch (error) {
      instance.release(id, requestTime);
      throw error;
    }
  };
}

function runAnswer(id: string | number, answered: Answered, classes: readonly Label[] | undefined): RunAnswer {
  const { output, probabilities } = answered.predictions[0] as Prediction;
  return {
    status: 201,
    id,
    prediction_id: answered.predictionId,
    output: orNull(output),
    probabilities: classes && probabilities && byClass(classes, probabilities),
    revision: answered.revision,
  };
}

function checkedId(id: unknown): string | number {
  if (typeof id === 'string' || Number.isSafeInteger(id)) return id as string | number;
  const fault =
    typeof id === 'number' && Number.isInteger(id) ? 'is beyond ±(2^53 - 1); send it as a string' : undefined;
  throw badRequest(`id: ${fault ?? 'must be a string or a whole number'}`, 'id');
}

/** In microseconds since 1970. */
function timeOf(text: string): number {
  const time = parseRequestTime(text);
  if (time !== undefined) return time;
  const field = 'request_time';
  throw badRequest(`${field}: is no time; write YYYY-MM-DD HH:MM:SS[.f] or ISO 8601`, field);
}

function rowOf({ config }: ServedModel, inputs: Readonly<Record<string, unknown>>): Row {
  try {
    return rowFromObject(config.mapping, inputs);
  } catch (error) {
    if (error instanceof FieldError) throw badRequest(`inputs.${error.message}`, `inputs.${error.field}`);
    throw error;
  }
}

const repeated = (predictionId: string): HttpError =>
  new HttpError(409, 'this id and request_time have been answered before', {
    details: { prediction_id: predictionId },
  });
