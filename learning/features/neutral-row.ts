import type { Feature, FeatureType, FeatureValue, Row } from '../model';

const neutralValues: Readonly<Record<FeatureType, FeatureValue>> = {
  float: 0,
  int: 0,
  str: '',
  bool: false,
  sparse: {},
};

/** A row that every model of these features can answer, to try it with. */
export const neutralRow = (features: readonly Pick<Feature, 'type'>[]): Row =>
  features.map(({ type }) => neutralValues[type]);
