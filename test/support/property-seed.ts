import fc from 'fast-check';

/**
 * Properties draw new cases in every run. With MODELAPP_PROPERTY_SEED they draw the same again: CI takes the seed from
 * the commit, so that one commit gives one result, and a failure comes again where somebody looks for it.
 */
const seed = process.env.MODELAPP_PROPERTY_SEED;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
