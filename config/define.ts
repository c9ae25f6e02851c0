import type { ConfigInput } from './schema';

/** Gives `modelapp.config.ts` its types; what it returns is checked when it is loaded. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;
