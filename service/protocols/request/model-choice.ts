import type { Config } from '../../../config/schema';

/** The model that a protocol asks whose paths name none: the one it is configured with, else the first. */
export const modelNameOf = ({ models }: Config, { model }: { readonly model?: string | undefined } = {}): string =>
  model ?? (Object.keys(models)[0] as string);
