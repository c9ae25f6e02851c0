import type { DeepPartial } from '../deep-partial';
import type { AlsConfig } from './algorithms/als';
import type { NaiveConfig, SoftmaxConfig, TextConfig } from './algorithms/classifier';
import type { CustomRowsConfig, CustomUserItemConfig } from './algorithms/custom';
import type { OnnxConfig } from './algorithms/onnx';
import type { SparseLinearConfig } from './algorithms/sparse-linear';
import type { CsvSource, EntitySource, InteractionSource, ObservationSource } from './data-source';
import type { ImplicitHyperparameters, VeloxHyperparameters } from './hyperparameters';
import type { MappingEntry } from './mapping';

type MappingInput<E> =
  E extends MappingEntry<infer T>
    ? { readonly name: string; readonly type: T; readonly aliases?: readonly string[] }
    : never;

type InteractionSourceInput = Omit<InteractionSource, 'interactions'> & {
  readonly interactions: DeepPartial<InteractionSource['interactions']> & { readonly names: readonly string[] };
};

type SourceInput = CsvSource | EntitySource | InteractionSourceInput | ObservationSource;

type TextInput = Omit<DeepPartial<TextConfig>, 'mapping' | 'source'> &
  Pick<TextConfig, 'algorithm' | 'mode' | 'target'> & {
    source: SourceInput;
    mapping?: readonly MappingInput<TextConfig['mapping'][number]>[];
  };

type RowsInput<C extends SoftmaxConfig | Omit<NaiveConfig, 'mode'> | CustomRowsConfig> = Omit<
  DeepPartial<C>,
  'mapping' | 'source'
> &
  Pick<C, 'algorithm' | 'target'> & {
    source: SourceInput;
    mapping: readonly MappingInput<C['mapping'][number]>[];
  };

type CustomUserItemInput = Omit<DeepPartial<CustomUserItemConfig>, 'mapping' | 'source'> &
  Pick<CustomUserItemConfig, 'algorithm' | 'mode'> & {
    source: SourceInput;
    mapping?: readonly MappingInput<CustomUserItemConfig['mapping'][number]>[];
  };

type AlsInput = Omit<DeepPartial<AlsConfig>, 'mapping' | 'source' | 'hyperparameters'> &
  Pick<AlsConfig, 'algorithm'> & {
    source: SourceInput;
    hyperparameters?: Partial<ImplicitHyperparameters & VeloxHyperparameters>;
    mapping?: readonly MappingInput<AlsConfig['mapping'][number]>[];
  };

type SparseLinearInput = Omit<DeepPartial<SparseLinearConfig>, 'mapping'> &
  Pick<SparseLinearConfig, 'algorithm' | 'conf'> & {
    mapping: readonly MappingInput<SparseLinearConfig['mapping'][number]>[];
  };

type OnnxInput = Omit<DeepPartial<OnnxConfig>, 'mapping' | 'source' | 'classes'> &
  Pick<OnnxConfig, 'algorithm' | 'file' | 'classes'> & {
    source?: SourceInput;
    mapping: readonly MappingInput<OnnxConfig['mapping'][number]>[];
  };

/** A model as a user writes it. */
export type ModelInput =
  | RowsInput<SoftmaxConfig>
  | RowsInput<Omit<NaiveConfig, 'mode'>>
  | TextInput
  | RowsInput<CustomRowsConfig>
  | CustomUserItemInput
  | AlsInput
  | SparseLinearInput
  | OnnxInput;
