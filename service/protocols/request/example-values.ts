import type { FeatureType, FeatureValue } from '../../../learning/model';

/** Made-up values of features, for the examples of the documentation. */
export const exampleValues: Readonly<Record<FeatureType, FeatureValue>> = {
  float: 1.5,
  int: 1,
  str: 'text',
  bool: true,
  sparse: { '3': 1, '11': 0.5 },
};
