import fc from 'fast-check';
import {
  type JobSize,
  portOf,
  type TaskName,
  type TrainingJob,
  taskEnvironment,
  tasksOf,
} from '../../../config/training/training-task';

const job: TrainingJob = {
  id: 'ctr-1',
  conf: 's3://artifacts/jobs/ctr-1/job.conf',
  output: 's3://artifacts/jobs/ctr-1/out/',
  servers: 2,
  replicas: 0,
  workers: 3,
  hostOf: ({ role, index }) => `${role}-${index}.test`,
};

const size: fc.Arbitrary<JobSize> = fc.record({
  servers: fc.integer({ min: 1, max: 5 }),
  replicas: fc.integer({ min: 0, max: 2 }),
  workers: fc.integer({ min: 1, max: 9 }),
});

test("a worker knows its job, its number and the scheduler, as dmlc's tracker tells them", () => {
  expect(taskEnvironment(job, { role: 'worker', index: 1 }, 2)).toEqual({
    DMLC_ROLE: 'worker',
    DMLC_PS_ROOT_URI: 'scheduler-0.test',
    DMLC_PS_ROOT_PORT: '8000',
    DMLC_TRACKER_URI: 'scheduler-0.test',
    DMLC_TRACKER_PORT: '8000',
    DMLC_NUM_SERVER: '2',
    DMLC_NUM_WORKER: '3',
    DMLC_NODE_HOST: 'worker-1.test',
    PORT: '8004',
    DMLC_TASK_ID: '1',
    DMLC_WORKER_ID: '1',
    DMLC_NUM_ATTEMPT: '2',
    TF_CONFIG: expect.any(String),
    GRPC_FAIL_FAST: 'use_caller',
    MODELAPP_JOB_ID: 'ctr-1',
    MODELAPP_CONF: 's3://artifacts/jobs/ctr-1/job.conf',
    MODELAPP_OUTPUT: 's3://artifacts/jobs/ctr-1/out/',
  });
});

test.each<[TaskName, object]>([
  [
    { role: 'scheduler', index: 0 },
    { type: 'chief', index: 0 },
  ],
  [
    { role: 'server', index: 1 },
    { type: 'ps', index: 1 },
  ],
  [
    { role: 'worker', index: 2 },
    { type: 'worker', index: 2 },
  ],
])('TensorFlow learns of the task %j who it is and where all others are', (task, itself) => {
  expect(JSON.parse(taskEnvironment(job, task, 0).TF_CONFIG!)).toEqual({
    cluster: {
      chief: ['scheduler-0.test:8000'],
      ps: ['server-0.test:8001', 'server-1.test:8002'],
      worker: ['worker-0.test:8003', 'worker-1.test:8004', 'worker-2.test:8005'],
    },
    task: itself,
  });
});

test('a server has a server id, and the scheduler neither', () => {
  expect(taskEnvironment(job, { role: 'server', index: 1 }, 0)).toMatchObject({
    DMLC_SERVER_ID: '1',
    DMLC_TASK_ID: '4',
  });
  expect(Object.keys(taskEnvironment(job, { role: 'scheduler', index: 0 }, 0))).not.toContain('DMLC_SERVER_ID');
});

test('a task of our own engine is told the parameter servers and how often each is repeated', () => {
  const store = { addresses: ['10.0.0.1:6379', '10.0.0.2:6379'], replicas: 1 };

  expect(taskEnvironment(job, { role: 'worker', index: 0 }, 0, store)).toMatchObject({
    MODELAPP_STORE_SERVERS: '10.0.0.1:6379,10.0.0.2:6379',
    MODELAPP_STORE_REPLICAS: '1',
  });
});

test('no two tasks share a port or a task id, and ports follow each other from 8000', () => {
  fc.assert(
    fc.property(size, (sizes) => {
      const tasks = tasksOf(sizes);
      const ids = tasks.map((task) => taskEnvironment({ ...job, ...sizes }, task, 0).DMLC_TASK_ID);

      expect(tasks.map((task) => portOf(sizes, task))).toEqual(tasks.map((_, place) => 8000 + place));
      expect(new Set(ids).size).toBe(tasks.length);
      expect(tasks).toHaveLength(1 + sizes.servers * (1 + sizes.replicas) + sizes.workers);
    }),
  );
});
