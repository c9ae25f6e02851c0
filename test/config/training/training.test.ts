import { resolveConfig } from '../../../config/resolve';
import type { ConfigInput } from '../../../config/schema';

const models: ConfigInput['models'] = {
  iris: {
    algorithm: 'softmax',
    source: { csv: 'iris.csv' },
    target: 'species',
    mapping: [{ name: 'petal_length', type: 'float' }],
  },
};

const resolve = (config: object) => resolveConfig({ models, ...config });

const nightly = { name: 'nightly', schedule: 'cron(0 3 * * ? *)', conf: 's3://clicks/ctr.conf' };

test('jobs run on Spot machines of 2 to 8 vCPUs and 8 to 32 GiB at any price, for 6 hours at most', () => {
  expect(resolve({}).training).toEqual({
    minVcpus: 2,
    maxVcpus: 8,
    minMemoryGiB: 8,
    maxMemoryGiB: 32,
    capacityWaitMinutes: 10,
    maxJobHours: 6,
    dataBuckets: [],
    serverImage: expect.stringMatching(/^valkey\/valkey@sha256:[0-9a-f]{64}$/),
  });
});

test('a schedule needs a name, a time, and either a configuration or a model', () => {
  expect(resolve({}).schedules).toEqual([]);
  const weekly = { name: 'weekly', schedule: 'rate(7 days)', model: 'iris', activate: false };
  expect(resolve({ schedules: [nightly, weekly] }).schedules).toEqual([nightly, weekly]);
});

test.each<[object, string]>([
  [{ training: { maxJobHours: 21 } }, 'training.maxJobHours: must be <= 20, not 21'],
  [{ training: { capacityWaitMinutes: 16 } }, 'training.capacityWaitMinutes: must be <= 15, not 16'],
  [{ training: { minVcpus: 1 } }, 'training.minVcpus: must be >= 2, not 1'],
  [{ training: { minVcpus: 4, maxVcpus: 2 } }, 'training.maxVcpus: must be at least training.minVcpus (4)'],
  [{ training: { minMemoryGiB: 64 } }, 'training.maxMemoryGiB: must be at least training.minMemoryGiB (64)'],
  [{ training: { maxPrice: 0 } }, 'training.maxPrice: must be > 0, not 0'],
  [{ training: { serverImage: 'valkey/valkey:9' } }, 'training.serverImage: must match pattern'],
  [{ training: { dataBuckets: ['s3://clicks'] } }, 'training.dataBuckets[0]: must match pattern'],
  [{ schedules: [{ ...nightly, schedule: '0 3 * * *' }] }, 'schedules[0].schedule: must match pattern'],
  [{ schedules: [{ ...nightly, conf: 'ctr.conf' }] }, 'schedules[0].conf: must match pattern'],
  [{ schedules: [{ ...nightly, model: 'iris' }] }, 'schedules[0]: name either a model or a conf'],
  [{ schedules: [{ ...nightly, conf: undefined }] }, 'schedules[0]: name either a model or a conf'],
  [
    { schedules: [{ ...nightly, conf: undefined, model: 'irises' }] },
    "schedules[0].model: 'irises' is none of the models iris",
  ],
  [
    { schedules: [{ ...nightly, conf: undefined, model: 'iris', workers: 4 }] },
    'schedules[0].workers: goes with a conf only',
  ],
  [{ schedules: [{ ...nightly, activate: false }] }, 'schedules[0].activate: goes with a model only'],
  [{ schedules: [{ ...nightly, maxBadLines: 'few' }] }, 'schedules[0].maxBadLines: must match pattern'],
  [{ schedules: [nightly, nightly] }, "schedules[1].name: 'nightly' is the name of another schedule"],
  [
    { schedules: [{ ...nightly, servers: 20, replicas: 1 }] },
    'schedules[0].replicas: must be at most 0 with 20 servers',
  ],
])('%j is refused by its path', (config, fault) => {
  expect(() => resolve(config)).toThrow(fault);
});
