import type { FastifyRequest } from 'fastify';
import type { RankingModel, UserItemModel } from '../../../learning/model';
import { badRequest, type HttpError } from '../../http/errors';
import type { ServedModel, ServedRevision } from '../../models/served-models';
import { ModelPaths } from '../request/model-paths';

/** A model of users and items as it serves at one moment. */
export interface Recommender<M = UserItemModel | RankingModel> {
  readonly served: ServedModel;
  readonly revision: ServedRevision;
  readonly model: M;
}

/** Finds the user-item model that a path names. */
export class Recommenders extends ModelPaths {
  /** @throws {HttpError} 400 if the model is of another kind, 503 if it has no revision yet */
  of(request: FastifyRequest): Recommender {
    const served = this.model(request);
    const revision = this.loaded(request);
    const { model } = revision;
    if (model.kind === 'tabular') throw otherKind(served.name);
    return { served, revision, model };
  }
}

const otherKind = (name: string): HttpError =>
  badRequest(`'${name}' is no user-item model; ask it by POST /run/, /invocations or /v2/models/${name}/infer`);
