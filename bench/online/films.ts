import { encodeModelFile } from '../../learning/model-file';
import { Random } from '../../learning/random';
import { Catalogue } from '../../learning/recommender/catalogue';
import { alsAlgorithm, FactorModel } from '../../learning/recommender/factor-model';
import { amount } from '../options';

export const width = 50;
export const catalogueSize = amount(100_000, 1_000);

/** A model whose items are numbers from 0; another one for each seed. */
export function filmsOf(seed: number): FactorModel {
  const random = new Random(seed);
  const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());
  return new FactorModel({
    catalogue: new Catalogue({
      ids: Array.from({ length: catalogueSize }, (_, item) => String(item)).sort(),
      features: normals(catalogueSize * width),
      width,
      rank: width,
      popularity: new Float64Array(catalogueSize),
    }),
    users: { ids: [], weights: new Float64Array() },
    averageUser: normals(width),
    unknownItem: new Float64Array(width),
    range: undefined,
    params: {},
  });
}

/** The file that such a model is imported from. */
export function fileOf(model: FactorModel): Uint8Array {
  return encodeModelFile({
    header: {
      algorithm: alsAlgorithm,
      model: 'films',
      features: model.features.map(({ name, type }) => ({ name, type, aliases: [] })),
      classes: null,
      hyperparameters: { rank: width },
      params: {},
      scores: { train: null, test: null },
      data: { sha256: '0'.repeat(64), rows: catalogueSize },
      createdAt: new Date(0).toISOString(),
    },
    arrays: model.toArrays(),
  });
}
