import fc from 'fast-check';
import { readJobEnvironment } from '../../../bin/job/job-environment';
import { type TrainingJob, taskEnvironment } from '../../../config/training/training-task';

const host = fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}$/);
const job: fc.Arbitrary<TrainingJob> = fc.record({
  id: fc.stringMatching(/^[a-z0-9-]{1,36}$/),
  conf: fc.stringMatching(/^s3:\/\/[a-z]{3,8}\/[a-z./]{1,20}$/),
  output: fc.stringMatching(/^s3:\/\/[a-z]{3,8}\/[a-z/]{1,20}$/),
  servers: fc.integer({ min: 1, max: 4 }),
  replicas: fc.integer({ min: 0, max: 2 }),
  workers: fc.integer({ min: 1, max: 9 }),
  hostOf: fc.constant(({ role, index }: { role: string; index: number }) => `${role}-${index}`),
});
const addresses = fc.array(fc.record({ host, port: fc.integer({ min: 1, max: 65535 }) }), { minLength: 1 });

test('a scheduler or worker reads what it was told', () => {
  fc.assert(
    fc.property(job, addresses, fc.constantFrom('scheduler', 'worker'), (given, servers, role) => {
      const store = { addresses: servers.map((each) => `${each.host}:${each.port}`), replicas: given.replicas };
      const environment = taskEnvironment(given, { role, index: 0 }, 0, store);

      const { id, conf, output, replicas, workers } = given;
      const told = { id, conf, output, replicas, workers, servers, processes: 1, password: undefined };
      expect(readJobEnvironment(environment)).toEqual(told);
    }),
  );
});

const environment = {
  MODELAPP_JOB_ID: 'ctr-1',
  MODELAPP_CONF: 's3://artifacts/jobs/ctr-1/ctr.conf',
  MODELAPP_OUTPUT: 's3://artifacts/jobs/ctr-1/out/',
  MODELAPP_STORE_SERVERS: '10.0.0.1:6379',
  MODELAPP_STORE_REPLICAS: '0',
  MODELAPP_STORE_PASSWORD: 'secret',
  DMLC_NUM_WORKER: '2',
};

test('the password of the servers is told too', () => {
  expect(readJobEnvironment(environment).password).toBe('secret');
});

test('of servers a scheduler need not be told, but a worker', () => {
  const { MODELAPP_STORE_SERVERS: _, MODELAPP_STORE_REPLICAS: __, ...alone } = environment;

  expect(readJobEnvironment({ ...alone, DMLC_ROLE: 'scheduler' })).toMatchObject({ servers: [], replicas: 0 });
  expect(() => readJobEnvironment({ ...alone, DMLC_ROLE: 'worker' })).toThrow('MODELAPP_STORE_SERVERS is not set');
});

test('workers with several processes each count as many', () => {
  const told = readJobEnvironment({ ...environment, MODELAPP_WORKER_PROCESSES: '3' });

  expect(told).toMatchObject({ processes: 3, workers: 6 });
});

test.each([
  ['MODELAPP_CONF', '', 'MODELAPP_CONF is not set: this command is for the containers of a training job'],
  ['MODELAPP_STORE_SERVERS', '10.0.0.1', "MODELAPP_STORE_SERVERS: '10.0.0.1' is not host:port"],
  ['DMLC_NUM_WORKER', 'two', "DMLC_NUM_WORKER: 'two' is not a whole number"],
])('%s=%s is a usage error', (name, value, message) => {
  const read = () => readJobEnvironment({ ...environment, [name]: value });

  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ exitCode: 2 }));
});
