import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { badRequest, HttpError, unavailable } from '../../http/errors';
import type { ServedModel, ServedRevision } from '../../models/served-models';

/** The model that a path names, and the revision if it names one. */
interface ModelPath {
  readonly model: string;
  readonly revision?: string;
}

const pathOf = (request: FastifyRequest): ModelPath => request.params as ModelPath;

const revisionNumber = /^[1-9]\d{0,8}$/;

/** Finds what paths with the parameters `model` and perhaps `revision` name. */
export class ModelPaths {
  constructor(private readonly context: Pick<ServiceContext, 'models' | 'registry'>) {}

  /** Refuses a path that names no model or no revision with 404, before the body is read. */
  readonly check = (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const { model, revision } = pathOf(request);
    const served = this.context.models.get(model);
    if (!served) done(new HttpError(404, `there is no model '${model}'`));
    // Most requests are done here, and spared a promise.
    else if (revision === undefined) done();
    else this.#checkRevision(served, revision).then(() => done(), done);
  };

  async #checkRevision(served: ServedModel, revision: string): Promise<void> {
    if (revisionNumber.test(revision)) {
      if (served.loaded(Number(revision))) return;
      const { revisions } = await fromDatabase(this.context.registry.list(served.name));
      if (revisions.some((known) => known.revision === Number(revision))) return;
    }
    throw new HttpError(404, `the model '${served.name}' has no revision ${revision}`);
  }

  /** The model of a checked path. */
  model(request: FastifyRequest): ServedModel {
    return this.context.models.get(pathOf(request).model) as ServedModel;
  }

  /** The revision of a checked path if it is loaded; the active one if the path names none. */
  revision(request: FastifyRequest): ServedRevision | undefined {
    const { revision } = pathOf(request);
    const model = this.model(request);
    return revision === undefined ? model.active : model.loaded(Number(revision));
  }

  /** @throws {HttpError} 400 if the revision is not loaded, 503 if the model has none yet */
  loaded(request: FastifyRequest): ServedRevision {
    const found = this.revision(request);
    if (found) return found;
    const { model, revision } = pathOf(request);
    if (revision === undefined) throw unavailable(`the model '${model}' has no loaded revision yet`);
    throw badRequest(`revision ${revision} of '${model}' is not loaded; the active one and the one before it are`);
  }
}
