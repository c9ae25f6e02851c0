import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import { isTextModel } from '../../../config/models/algorithms/classifier';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { badRequest, type HttpError } from '../../http/errors';
import type { ServedModel } from '../../models/served-models';
import { type DataFolder, OutsideDataLocationError, UnusableFolderError } from '../../models/store/data-location';
import {
  ObservationLineError,
  observationFiles,
  readObservationFiles,
  writeObservationFiles,
} from '../../observations/observation-files';
import { bareValue } from './bare-value';
import { Recommenders } from './recommenders';

const PlaceSchema = Type.Object({
  loc: Type.String({ minLength: 1, description: 'A folder or prefix in the data location.' }),
});

/** Writes what was observed into files, and observes what is in files. */
export const transfer: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { observations, dataLocation } = context;
  const recommenders = new Recommenders(context);

  function route(
    names: readonly string[],
    summary: string,
    work: (model: ServedModel, at: DataFolder) => Promise<void>,
  ) {
    for (const [n, name] of names.entries()) {
      server.route({
        method: 'POST',
        url: `/${name}/:model`,
        config: { access: 'admin', errors: [404, 503] },
        onRequest: recommenders.check,
        schema: {
          summary,
          tags: ['Velox'],
          hide: n > 0,
          body: PlaceSchema,
          response: { 200: Type.Literal('success') },
        },
        handler: async (request, reply) => {
          const { served } = recommenders.of(request);
          const { loc } = request.body as Static<typeof PlaceSchema>;
          try {
            await fromDatabase(work(served, await dataLocation.folder(loc)));
          } catch (error) {
            throw asAnswer(error);
          }
          return bareValue(reply, 'success');
        },
      });
    }
  }

  route(
    ['saveobservations', 'writetrainingdata'],
    'Write all observations into files of JSON lines',
    ({ name }, folder) => writeObservationFiles(folder, observations.all(name)),
  );

  route(
    ['loadobservations', 'downloadobservations'],
    'Observe all that is in files of JSON lines',
    async ({ name, config }, folder) => {
      const files = await observationFiles(folder);
      if (files.length === 0) throw atLocation('there are no files of observations');
      await observations.observeMany(name, readObservationFiles(folder, files, isTextModel(config)));
    },
  );
};

/** Whatever is wrong with the place that the client named, or with what is there. */
const asAnswer = (error: unknown): unknown =>
  refusals.some((refusal) => error instanceof refusal) ? atLocation((error as Error).message) : error;

const refusals = [OutsideDataLocationError, UnusableFolderError, ObservationLineError];

const atLocation = (message: string): HttpError => badRequest(`loc: ${message}`, 'loc');
