import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import { isCustom } from '../../../config/models/model';
import type { ModelConfig, OnnxConfig } from '../../../config/schema';
import { loadModel } from '../../../learning/load-model';
import { decodeModelFile, isModelFile, ModelFileError } from '../../../learning/model-file';
import { onnxModelFile } from '../../../learning/onnx/examine';
import { OnnxError } from '../../../learning/onnx/onnx-error';
import type { ServiceContext } from '../../context';
import { transaction } from '../../database/transaction';
import { fromDatabase } from '../../http/database-access';
import { badRequest, type HttpError } from '../../http/errors';
import { fits } from '../../models/load-revision';
import type { ServedModel } from '../../models/served-models';
import { OutsideDataLocationError } from '../../models/store/data-location';
import { MissingFileError } from '../../models/store/model-store';
import { examineBeside } from '../../onnx/examine-beside';
import { ModelPaths } from '../request/model-paths';
import { bringsItemFeatures, itemFeaturesFields, modelFileOf } from './item-features';

const ImportSchema = Type.Object({
  source: Type.Optional(
    Type.String({ minLength: 1, description: 'A model file in the data location; of onnx also an ONNX file.' }),
  ),
  ...itemFeaturesFields,
  activate: Type.Optional(Type.Boolean({ default: true, description: 'Whether it serves from now on.' })),
});

type ImportBody = Static<typeof ImportSchema>;

const ImportedSchema = Type.Object({ revision: Type.Integer() });

/** Makes a revision of a model that was trained elsewhere: of its file, or of the features of items. */
export const importRevision: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { config, database, dataLocation, registry } = context;
  const paths = new ModelPaths(context);

  server.route({
    method: 'POST',
    url: '/models/:model/revisions',
    config: { access: 'admin', errors: [404, 503] },
    onRequest: paths.check,
    schema: {
      summary: 'Import a model',
      description: 'Either a file by `source`, or of a user-item model `numFeatures` and `itemFeatures`.',
      tags: ['Revisions'],
      body: ImportSchema,
      response: { 201: ImportedSchema },
    },
    handler: async (request, reply) => {
      const model = paths.model(request);
      const { name } = model;
      const body = request.body as ImportBody;
      const { activate = true } = body;
      const bytes = bringsItemFeatures(body) ? ofItemFeatures(model, body) : await ofFile(model, body);
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

  async function ofFile({ name, config: model }: ServedModel, { source }: ImportBody): Promise<Uint8Array> {
    if (source === undefined) throw atSource('is required');
    const bytes = await dataLocation.read(source).catch((error) => {
      throw unreadable(error);
    });
    if (model.algorithm === 'onnx' && !isModelFile(bytes)) return ofOnnxFile(name, model, bytes);
    if (fits(headerOf(bytes, model), model)) return bytes;
    throw atSource(`was trained by another algorithm or for other features than models.${name} has`);
  }
};

function ofItemFeatures({ name, config: model }: ServedModel, body: ImportBody): Uint8Array {
  if (body.source !== undefined) throw atSource('does not go with features of items; send one of them');
  if (model.algorithm === 'als') return modelFileOf(name, model, body);
  const field = Object.keys(itemFeaturesFields).find((key) => key in body) as string;
  throw badRequest(`${field}: '${name}' is no user-item model; import a model file by 'source'`, field);
}

/** Of a custom model only the code that is configured can tell whether it can use the rest. */
function headerOf(bytes: Uint8Array, config: ModelConfig) {
  try {
    return isCustom(config) ? decodeModelFile(bytes).header : loadModel(bytes).header;
  } catch (error) {
    throw error instanceof ModelFileError ? atSource(error.message) : error;
  }
}

async function ofOnnxFile(
  name: string,
  { mapping, classes, outputs }: OnnxConfig,
  file: Uint8Array,
): Promise<Uint8Array> {
  const examined = await examineBeside(file, { features: mapping, classes, outputs }, `models.${name}`).catch(
    (error) => {
      throw error instanceof OnnxError ? atSource(error.message) : error;
    },
  );
  return onnxModelFile(examined, { model: name, scores: { train: null, test: null }, createdAt: new Date(), rows: 0 });
}

/** Whatever the client named that cannot be read as a file: its own mistake. */
function unreadable(error: unknown): unknown {
  if (error instanceof OutsideDataLocationError) return atSource(error.message);
  if (error instanceof MissingFileError) return atSource('there is no such file in the data location');
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : atSource(`cannot be read (${code})`);
}

const atSource = (message: string): HttpError => badRequest(`source: ${message}`, 'source');
