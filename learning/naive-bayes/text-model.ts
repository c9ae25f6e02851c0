import { dot } from '../linear-algebra/dot';
import type { Feature, ModelParams, Prediction, Row, UserItemModel } from '../model';
import { doublesOf } from '../model-arrays';
import { type ModelArray, type ModelFile, ModelFileError } from '../model-file';
import { Catalogue } from '../recommender/catalogue';
import { NaiveBayesModel } from './naive-bayes-model';

const averageUserArray = 'averageUser';

/** Whether the file of a naive Bayes model is that of a text model. */
export const isTextModelFile = ({ arrays }: ModelFile): boolean => arrays.has(averageUserArray);

/**
 * How much users like texts: the features of an item, which is a text, are the probabilities of its classes by naive
 * Bayes. Training tells nothing of users, who begin with weights of 1.
 */
export class TextModel implements UserItemModel {
  readonly kind = 'user-item';
  readonly classes = undefined;
  readonly features: readonly Feature[];
  readonly params: ModelParams;
  readonly width: number;
  readonly catalogue: Catalogue;
  readonly averageUser: Float64Array;

  /** @param classifier of rows with the features `user`, whose words are not counted, and `item` */
  constructor(readonly classifier: NaiveBayesModel) {
    this.features = classifier.features.map(({ name, type, aliases }) => ({ name, type, aliases }));
    this.params = classifier.params;
    this.width = classifier.classes.length;
    this.averageUser = new Float64Array(this.width).fill(1);
    const none = { ids: [], features: new Float64Array(), popularity: new Float64Array() };
    this.catalogue = new Catalogue({ ...none, width: this.width, rank: this.width });
  }

  /**
   * Takes the model out of a decoded model file.
   * @throws {ModelFileError} if the classifier in it does not fit together, or is none of users and items
   */
  static fromFile(file: ModelFile): TextModel {
    const model = new TextModel(NaiveBayesModel.fromFile(file));
    if (model.features.map(({ name }) => name).join() !== 'user,item') {
      throw new ModelFileError('a text model needs the features user and item');
    }
    doublesOf(file.arrays, averageUserArray, [model.width]);
    return model;
  }

  /** The arrays of this model for its file. */
  toArrays(): Map<string, ModelArray> {
    const averageUser: ModelArray = { dtype: 'float64', shape: [this.width], values: this.averageUser };
    return new Map<string, ModelArray>([...this.classifier.toArrays(), [averageUserArray, averageUser]]);
  }

  weightsOf(): undefined {
    return undefined;
  }

  /** The probabilities of the classes. */
  featuresOf(text: string): Float64Array {
    const [prediction] = this.classifier.predict([['', text]]);
    return Float64Array.from(prediction!.probabilities!);
  }

  score(weights: Float64Array, features: Float64Array): number {
    return dot(weights, features);
  }

  predict(rows: readonly Row[]): Prediction[] {
    return rows.map(([, text]) => ({ output: this.score(this.averageUser, this.featuresOf(text as string)) }));
  }
}
