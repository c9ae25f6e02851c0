import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import { loadModel } from '../../../learning/load-model';
import { ModelFileError } from '../../../learning/model-file';
import type { ServiceContext } from '../../context';
import { transaction } from '../../database/transaction';
import { fromDatabase } from '../../http/database-access';
import { badRequest, type HttpError } from '../../http/errors';
import { OutsideDataLocationError } from '../../models/data-location';
import { fits } from '../../models/load-revision';
import { MissingFileError } from '../../models/model-store';
import { ModelPaths } from '../model-paths';

const ImportSchema = Type.Object({
  source: Type.Optional(Type.String({ minLength: 1, description: 'A model file in the data location.' })),
  activate: Type.Optional(Type.Boolean({ default: true, description: 'Whether it serves from now on.' })),
});

const ImportedSchema = Type.Object({ revision: Type.Integer() });

/** Makes a revision of a model file that was trained elsewhere. */
export const importRevision: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { config, database, dataLocation, registry } = context;
  const paths = new ModelPaths(context);

  server.route({
    method: 'POST',
    url: '/models/:model/revisions',
    config: { access: 'admin', errors: [404, 503] },
    onRequest: paths.check,
    schema: {
      summary: 'Import a model file',
      tags: ['Revisions'],
      body: ImportSchema,
      response: { 201: ImportedSchema },
    },
    handler: async (request, reply) => {
      const { name, config: model } = paths.model(request);
      const { source, activate = true } = request.body as Static<typeof ImportSchema>;
      if (source === undefined) throw missingSource(name, request.body as object);
      const bytes = await dataLocation.read(source).catch((error) => {
        throw unreadable(error);
      });
      if (!fits(headerOf(bytes), model)) {
        throw atSource(`was trained by another algorithm or for other features than models.${name} has`);
      }
      const revision = await fromDatabase(
        transaction(database, (client) =>
          registry.publish(client, { model: name, bytes, origin: 'import', scores: null, activate }),
        ),
      );
      // What cannot be collected now is collected after the next training.
      await registry.removeOldRevisions(name, config.revisions.keep).catch(() => {});
      reply.code(201);
      return { revision };
    },
  });
};

function headerOf(bytes: Uint8Array) {
  try {
    return loadModel(bytes).header;
  } catch (error) {
    throw error instanceof ModelFileError ? atSource(error.message) : error;
  }
}

/** Whatever the client named that cannot be read as a file: its own mistake. */
function unreadable(error: unknown): unknown {
  if (error instanceof OutsideDataLocationError) return atSource(error.message);
  if (error instanceof MissingFileError) return atSource('there is no such file in the data location');
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : atSource(`cannot be read (${code})`);
}

function missingSource(model: string, body: object): HttpError {
  return 'numFeatures' in body || 'itemFeatures' in body
    ? badRequest(`numFeatures: '${model}' is no user-item model; import a model file by 'source'`, 'numFeatures')
    : atSource('is required');
}

const atSource = (message: string): HttpError => badRequest(`source: ${message}`, 'source');
