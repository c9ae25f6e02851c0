import { readFile } from 'node:fs/promises';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Job } from '../../jobs/job';
import { modelNameOf } from '../request/model-choice';
import type { PalladiumOptions } from './predict';

/** The release whose interface this protocol keeps. */
const palladiumVersion = '1.2.4.1';

/** The health check: 503 as soon as one of `alive.required` is not loaded. */
export const alive: FastifyPluginAsync<PalladiumOptions> = async (server, { context, envelope }) => {
  const { config, models, jobs } = context;
  const { services, serviceMetadata, alive: checks } = config.palladium;

  function state(required: string): { updated: string; metadata: Readonly<Record<string, unknown>> } | 'N/A' {
    const served = models.get(required === 'model' ? modelNameOf(config, services[0]) : required);
    if (!served?.active || !served.updatedAt) return 'N/A';
    const { revision, header } = served.active;
    return {
      updated: served.updatedAt.toISOString(),
      metadata: {
        version: revision,
        train_timestamp: header.createdAt,
        ...(header.scores.train !== null && { score_train: header.scores.train }),
        ...(header.scores.test !== null && { score_test: header.scores.test }),
      },
    };
  }

  async function handler(_request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const required = checks.required.map((name) => [name, state(name)] as const);
    if (required.some(([, info]) => info === 'N/A')) reply.code(503).header('retry-after', 1);
    const recent = await jobs.recentJobs();
    return {
      ...(await memoryUse()),
      palladium_version: palladiumVersion,
      service_metadata: serviceMetadata,
      process_metadata: { jobs: Object.fromEntries(recent.map((job) => [job.jobId, jobInfo(job)])) },
      ...Object.fromEntries(required),
    };
  }

  server.route({
    method: ['GET', 'HEAD'],
    url: '/alive',
    config: { access: 'open', envelope },
    schema: { summary: 'Health, loaded models and recent jobs', tags: ['Palladium'] },
    handler,
  });
};

/** In MiB; systems without /proc do not tell the virtual size. */
async function memoryUse(): Promise<{ memory_usage: number; memory_usage_vms: number }> {
  const resident = Math.round(process.memoryUsage.rss() / 1024 ** 2);
  const status = await readFile('/proc/self/status', 'latin1').catch(() => '');
  const kibibytes = /^VmSize:\s+(\d+) kB$/m.exec(status)?.[1];
  return {
    memory_usage: resident,
    memory_usage_vms: kibibytes ? Math.round(Number(kibibytes) / 1024) : resident,
  };
}

/** Palladium knows three states: what waits counts as running, what was cancelled as failed. */
function jobInfo({
  jobId,
  kind,
  status,
  createdAt,
  startedAt,
  reason,
  revision,
}: Job): Readonly<Record<string, unknown>> {
  const started = (startedAt ?? createdAt).toISOString();
  switch (status) {
    case 'queued':
    case 'running':
      return { func: kind, started, status: 'running', info: null };
    case 'finished':
      return { func: kind, started, status, info: reason ?? (revision === null ? null : `revision ${revision}`) };
    case 'error':
      // The reason may name files; anybody may ask here.
      return { func: kind, started, status, info: `failed; GET /jobs/${jobId} tells why` };
    case 'cancelled':
      return { func: kind, started, status: 'error', info: 'cancelled' };
  }
}
