import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { learnsFromObservations } from '../../../config/models/data-source';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { HttpError, unavailable } from '../../http/errors';
import type { Job } from '../../jobs/job';
import { ModelPaths } from '../request/model-paths';
import { bareValue } from './bare-value';

const QuerySchema = Type.Object({
  wait: Type.Optional(
    Type.Enum(['true', 'false'], { default: 'true', description: 'Answer when the training is over.' }),
  ),
});

const QueuedSchema = Type.Object({ job_id: Type.String() });

/** Trains a model anew, in a process of its own. */
export const retrain: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { jobs, models, observations, lifecycle } = context;
  const paths = new ModelPaths(context);

  server.route({
    method: ['GET', 'POST'],
    url: '/retrain/:model',
    config: { access: 'admin', errors: [400, 404, 409, 500, 503] },
    onRequest: paths.check,
    schema: {
      summary: 'Train a model anew',
      description: '`"Success"`, `"Not kept: <reason>"`, or `"Failed to acquire lock"` if it is being trained already.',
      tags: ['Velox'],
      querystring: QuerySchema,
      response: { 200: Type.String(), 202: QueuedSchema },
    },
    handler: async (request, reply) => {
      const { name, config } = paths.model(request);
      const { wait } = request.query as Static<typeof QuerySchema>;
      if (learnsFromObservations(config) && !(await fromDatabase(observations.hasAny(name)))) {
        throw new HttpError(409, `nothing has been observed of '${name}' to train it on`);
      }
      const jobId = await fromDatabase(jobs.enqueueUnlessTrained('retrain', { name, config }, {}));
      if (jobId === undefined) return bareValue(reply, 'Failed to acquire lock');
      if (wait === 'false') {
        reply.code(202);
        return { job_id: jobId };
      }
      return bareValue(reply, await outcomeOf(jobId, request));
    },
  });

  async function outcomeOf(jobId: string, { socket }: FastifyRequest): Promise<string> {
    const job = await fromDatabase(jobs.ended(jobId, () => socket.destroyed || lifecycle.phase === 'draining'));
    if (!job) throw unavailable(`this instance stops; GET /jobs/${jobId} tells how the training ends`);
    const outcome = wordsFor(job);
    // Others follow within two seconds; who asked here next is to find it.
    await models.refresh();
    return outcome;
  }
};

/** @throws {HttpError} if there is no outcome */
function wordsFor({ jobId, status, kept, reason }: Job): string {
  if (status === 'finished') return kept ? 'Success' : `Not kept: ${reason}`;
  if (status === 'cancelled') throw new HttpError(409, 'the training was cancelled');
  throw new HttpError(500, `the training failed; GET /jobs/${jobId} tells why`, { details: { job_id: jobId } });
}
