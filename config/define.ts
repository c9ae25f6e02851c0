import type { ConfigInput } from './schema';

export { PredictError } from '../learning/model';
export * from './models/define-model';

/** Gives `modelapp.config.ts` its types; what it returns is checked when it is loaded. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;
