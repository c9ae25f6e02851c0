import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { HttpError } from '../../http/errors';
import type { Job } from '../../jobs/job';
import { nullable, ScoresSchema } from './schemas';

const tags = ['Jobs'];

const JobSchema = Type.Object({
  job_id: Type.String(),
  model: nullable<string>('string', 'Null if the job concerns all models.'),
  kind: Type.String(),
  status: Type.Enum(['queued', 'running', 'finished', 'error', 'cancelled']),
  created_at: Type.String(),
  finished_at: nullable<string>('string'),
  kept: nullable<boolean>('boolean', 'Whether the training became a revision.'),
  revision: nullable<number>('integer'),
  activated: nullable<boolean>('boolean'),
  scores: ScoresSchema,
  reason: nullable<string>('string', 'Why the training was not kept.'),
  error: nullable<string>('string'),
});

/** The jobs of the version: trainings, and looks for new revisions. */
export const jobs: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const queue = context.jobs;

  server.route({
    method: 'GET',
    url: '/jobs',
    config: { access: 'admin', errors: [503] },
    schema: { summary: 'The newest jobs, latest first', tags, response: { 200: Type.Array(JobSchema) } },
    handler: async () => (await fromDatabase(queue.list())).map(asAnswer),
  });

  server.route({
    method: 'GET',
    url: '/jobs/:id',
    config: { access: 'admin', errors: [404, 503] },
    schema: { summary: 'One job', tags, response: { 200: JobSchema } },
    handler: (request) => found(request, (id) => queue.get(id)),
  });

  server.route({
    method: 'POST',
    url: '/jobs/:id/cancel',
    config: { access: 'admin', errors: [404, 503] },
    schema: { summary: 'Cancel a job', tags, response: { 200: JobSchema } },
    handler: (request) => found(request, (id) => queue.cancel(id)),
  });
};

/** @throws {HttpError} 404 if there is no such job */
async function found(
  request: FastifyRequest,
  look: (id: string) => Promise<Job | undefined>,
): Promise<Static<typeof JobSchema>> {
  const { id } = request.params as { id: string };
  const job = await fromDatabase(look(id));
  if (!job) throw new HttpError(404, `there is no job '${id}'`);
  return asAnswer(job);
}

const asAnswer = ({ jobId, createdAt, finishedAt, ...job }: Job): Static<typeof JobSchema> => ({
  ...job,
  job_id: jobId,
  created_at: createdAt.toISOString(),
  finished_at: finishedAt?.toISOString() ?? null,
});
