import { Counter, type Registry } from 'prom-client';

/** Counts the users whose state the code of a model could not make. */
export const updateFailures = (registry: Registry): Counter<'model'> =>
  new Counter({
    name: 'modelapp_online_update_failures_total',
    help: 'Users whose observations a model of your own could not learn from; they stay as they were.',
    labelNames: ['model'],
    registers: [registry],
  });
