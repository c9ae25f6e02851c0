import pino from 'pino';
import { resolveConfig } from '../../../config/resolve';
import { CronSchedule } from '../../../service/jobs/cron-schedule';
import { until } from '../../e2e/support/wait';
import { testVersion } from '../../support/postgres/database';
import { buildProgram } from '../../support/program';
import { givenRegistry } from '../models/given-registry';
import { irisRevision } from '../models/iris';

const nightly = '0 3 * * *';

const startProgram = buildProgram(require.resolve('./schedule-process.ts'));

const given = givenRegistry();

beforeEach(() =>
  given.database.pool.query('truncate schedules_1_0_0, observations_1_0_0, observed_models_1_0_0, jobs_1_0_0'),
);

type Options = { readonly batchRetrainSchedule?: string; readonly reload?: string };

/** What an instance has for a model that learns from rows, and one that learns from observations. */
function schedule(options: Options, registry: { activateNewest(): Promise<number> } = given.registry as never) {
  const { models } = resolveConfig({
    models: {
      iris: {
        algorithm: 'softmax',
        source: { csv: 'examples/iris/iris.csv' },
        target: 'species',
        mapping: [{ name: 'petal_width', type: 'float' }],
        ...options,
      },
      shop: { algorithm: 'als', source: { observations: true }, ...options },
    },
  });
  const logger = pino({ level: 'silent' });
  return new CronSchedule({ pool: given.database.pool, version: testVersion, models, registry, logger });
}

/** As if so many days had passed since all that was done. */
const passDays = (days: number) =>
  given.database.pool.query(`update schedules_1_0_0 set fired_at = fired_at - $1 * interval '1 day'`, [days]);

async function jobs(): Promise<unknown[]> {
  return (await given.database.pool.query('select model, kind, status from jobs_1_0_0 order by position')).rows;
}
const retraining = { model: 'iris', kind: 'retrain', status: 'queued' };

const finishJobs = () => given.database.pool.query(`update jobs_1_0_0 set status = 'finished'`);

const active = async () => (await given.registry.list('iris')).active;

describe('a model with a schedule of retraining', () => {
  it('is not retrained when the schedule is new', async () => {
    await schedule({ batchRetrainSchedule: nightly }).fireDue();
    await schedule({ batchRetrainSchedule: nightly }).fireDue();
    expect(await jobs()).toEqual([]);
  });

  it('is retrained once for all occurrences that passed while no instance ran', async () => {
    await schedule({ batchRetrainSchedule: nightly }).fireDue();
    await passDays(10);
    const instances = Array.from({ length: 4 }, () => schedule({ batchRetrainSchedule: nightly }));
    for (let look = 0; look < 3; look++) {
      await Promise.all(instances.map((instance) => instance.fireDue()));
      await finishJobs();
    }
    expect(await jobs()).toEqual([{ ...retraining, status: 'finished' }]);
  });

  it('is retrained after the training that goes on when it is time', async () => {
    const one = schedule({ batchRetrainSchedule: nightly });
    await one.fireDue();
    await given.database.pool.query(`insert into jobs_1_0_0 (kind, model) values ('fit', 'iris')`);
    await passDays(1);
    await one.fireDue();
    expect(await jobs()).toEqual([{ ...retraining, kind: 'fit' }]);

    await finishJobs();
    await one.fireDue();

    expect(await jobs()).toEqual([{ ...retraining, kind: 'fit', status: 'finished' }, retraining]);
  });

  it('of another expression counts anew', async () => {
    await schedule({ batchRetrainSchedule: nightly }).fireDue();
    await passDays(10);
    await schedule({ batchRetrainSchedule: '0 4 * * *' }).fireDue();
    expect(await jobs()).toEqual([]);
  });

  it('that learns from observations passes over the times at which there are none', async () => {
    const one = schedule({ batchRetrainSchedule: nightly });
    await one.fireDue();
    await passDays(1);
    await one.fireDue();
    await given.database.pool.query(
      `insert into observations_1_0_0 (model, user_id, item, score, position) values ('shop', '1', '2', 3, 1)`,
    );
    await finishJobs();
    await one.fireDue();
    expect(await jobs()).toEqual([{ ...retraining, status: 'finished' }]);

    await passDays(1);
    await one.fireDue();

    expect(await jobs()).toEqual([{ ...retraining, status: 'finished' }, retraining, { ...retraining, model: 'shop' }]);
  });
});

describe('a model with a schedule of reloading', () => {
  it('serves by the newest revision that was never given up, once it is time', async () => {
    await given.publish(irisRevision('setosa'));
    await given.publish(irisRevision('versicolor', false));
    await given.publish(irisRevision('virginica'));
    await given.registry.rollback('iris');
    const one = schedule({ reload: nightly });
    await one.fireDue();
    expect(await active()).toBe(1);

    await passDays(1);
    await one.fireDue();

    expect(await active()).toBe(2);
  });

  it('is left alone until the next time', async () => {
    await given.publish(irisRevision('setosa'));
    await given.publish(irisRevision('versicolor', false));
    const one = schedule({ reload: nightly });
    await one.fireDue();
    await passDays(1);
    await one.fireDue();
    await given.registry.activate('iris', 1);

    await one.fireDue();

    expect(await active()).toBe(1);
  });

  it('stays as it is without a revision, until the next time', async () => {
    const one = schedule({ reload: nightly });
    await one.fireDue();
    await passDays(1);
    await one.fireDue();
    await given.publish(irisRevision('setosa', false));

    await one.fireDue();

    expect(await active()).toBeUndefined();
  });

  it('is tried again if it failed, and keeps no other model from its turn', async () => {
    let failures = 0;
    const failing = {
      activateNewest: async () => {
        failures += 1;
        throw new Error('the store is away');
      },
    };
    const one = schedule({ reload: nightly, batchRetrainSchedule: nightly }, failing);
    await one.fireDue();
    await passDays(1);

    await one.fireDue();
    await one.fireDue();

    expect(failures).toBe(4);
    expect(await jobs()).toEqual([retraining]);
  });
});

it('of several processes one retrains each time', async () => {
  await schedule({ batchRetrainSchedule: nightly }).fireDue();
  const env = { DATABASE: given.database.url, SCHEDULE: nightly };
  const processes = Array.from({ length: 3 }, () => startProgram({ env }));
  try {
    for (let times = 1; times <= 6; times++) {
      await passDays(1);
      await until('it is retrained once more', async () => (await jobs()).length >= times);
    }
  } finally {
    for (const each of processes) await each.kill();
  }
  expect(await jobs()).toEqual(Array(6).fill({ ...retraining, status: 'finished' }));
});
