import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import type { AlsConfig } from '../../../config/schema';
import { encodeModelFile } from '../../../learning/model-file';
import { Catalogue } from '../../../learning/recommender/catalogue';
import { alsAlgorithm, FactorModel } from '../../../learning/recommender/factor-model';
import { badRequest } from '../../http/errors';

/** The fields of a request that bring a user-item model with them. */
export const itemFeaturesFields = {
  numFeatures: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, description: "Length of an item's features and of a user's weights." }),
  ),
  itemFeatures: Type.Optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      additionalProperties: { description: '`numFeatures` numbers.' },
      description: 'The features of each item.',
    }),
  ),
  averageUser: Type.Optional(
    Type.Unsafe<unknown>({ description: 'The weights of a user of whom nothing is known; all 1 if absent.' }),
  ),
};

const ItemFeaturesSchema = Type.Object(itemFeaturesFields);

/** Whether a request brings a user-item model with it. */
export const bringsItemFeatures = (body: object): boolean => Object.keys(itemFeaturesFields).some((key) => key in body);

/**
 * Makes the file of a user-item model whose score is the dot product of a user's weights and an item's features.
 * @throws {HttpError} 400 naming what is absent, of the wrong length, or not a number
 */
export function modelFileOf(
  name: string,
  config: AlsConfig,
  { numFeatures: width, itemFeatures, averageUser }: Static<typeof ItemFeaturesSchema>,
): Uint8Array {
  const { mapping, params } = config;
  if (width === undefined) throw badRequest('numFeatures: is required', 'numFeatures');
  if (itemFeatures === undefined) throw badRequest('itemFeatures: is required', 'itemFeatures');
  if (Object.hasOwn(itemFeatures, '')) throw badRequest('itemFeatures: an item has no name', 'itemFeatures');
  const ids = Object.keys(itemFeatures).sort();
  const features = new Float64Array(ids.length * width);
  for (const [n, id] of ids.entries())
    features.set(numbersOf(itemFeatures[id], width, `itemFeatures.${id}`), n * width);
  const model = new FactorModel({
    catalogue: new Catalogue({ ids, features, width, rank: width, popularity: new Float64Array(ids.length) }),
    users: { ids: [], weights: new Float64Array() },
    averageUser:
      averageUser === undefined
        ? new Float64Array(width).fill(1)
        : Float64Array.from(numbersOf(averageUser, width, 'averageUser')),
    unknownItem: new Float64Array(width),
    range: undefined,
    params,
  });
  const sent = JSON.stringify([width, itemFeatures, averageUser]);
  return encodeModelFile({
    header: {
      algorithm: alsAlgorithm,
      model: name,
      features: mapping.map(({ name, type, aliases }) => ({ name, type, aliases: [...aliases] })),
      classes: null,
      // Its users learn by these for good, whatever is configured later.
      hyperparameters: { ...config.hyperparameters, rank: width },
      params,
      scores: { train: null, test: null },
      data: { sha256: createHash('sha256').update(sent).digest('hex'), rows: ids.length },
      createdAt: new Date().toISOString(),
    },
    arrays: model.toArrays(),
  });
}

/** The squares are summed up to learn from: a number that overflows would keep every user from learning. */
const largest = 1e150;

function numbersOf(value: unknown, width: number, field: string): readonly number[] {
  if (!Array.isArray(value)) throw badRequest(`${field}: must be a list of ${width} numbers`, field);
  if (value.length !== width) {
    throw badRequest(`${field}: has ${value.length} numbers, numFeatures is ${width}`, field);
  }
  const fault = value.findIndex((number) => !(typeof number === 'number' && Math.abs(number) <= largest));
  if (fault >= 0) throw badRequest(`${field}[${fault}]: must be a number within ±${largest}`, `${field}[${fault}]`);
  return value;
}
