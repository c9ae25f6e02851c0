import { isEncoded } from './features/feature-encoding';
import type { Label } from './model';
import { type EncodedFeature, type ModelFile, ModelFileError } from './model-file';

/**
 * The features and the classes of a classifier in a model file.
 * @param kind names the kind of model in the error, as `softmax`
 * @throws {ModelFileError} if a text feature has no categories, or the classes are no two that differ
 */
export function classifierIn(
  { features: all, classes }: ModelFile['header'],
  kind: string,
): { readonly features: readonly EncodedFeature[]; readonly classes: readonly Label[] } {
  const features = all.filter(isEncoded);
  if (features.length < all.length) throw new ModelFileError('a text feature has no categories');
  if (!classes || classes.length < 2) throw new ModelFileError(`a ${kind} model needs at least two classes`);
  if (new Set(classes.map(String)).size < classes.length) throw new ModelFileError('two classes have the same name');
  return { features, classes };
}

/** The first of the likeliest classes; NaN if the sample's values are too large to tell. */
export function likeliest(classes: readonly Label[], probabilities: readonly number[]): Label {
  let best = 0;
  for (let c = 0; c < probabilities.length; c++) {
    if (Number.isNaN(probabilities[c])) return Number.NaN;
    if (probabilities[c]! > probabilities[best]!) best = c;
  }
  return classes[best]!;
}
