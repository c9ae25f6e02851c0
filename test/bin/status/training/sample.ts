import type { TrainingStatus } from '../../../../bin/status/training/report';
import { at, healthy } from '../sample';

const doneJob = {
  id: 'ctr-20260301090000-1f3a',
  startedAt: at('09:00:00'),
  endedAt: at('09:35:00'),
  state: 'done',
  result: {
    jobId: 'ctr-20260301090000-1f3a',
    model: 's3://artifacts/models/jobs/ctr-20260301090000-1f3a/',
    files: ['ctr_S0'],
    evaluation: { auc: 0.75123, logloss: null },
  },
} as const;

/** Training between two jobs. */
export const idle: TrainingStatus = {
  stack: { ...healthy.stack, name: 'ModelApp-Training' },
  shared: healthy.shared,
  region: 'eu-central-1',
  account: '123456789012',
  jobs: [doneJob],
  fleet: { target: { onDemand: 0, spot: 0 }, machines: [] },
  tasks: { tasks: [], failures: [] },
  guard: {
    alarm: { name: 'guard', state: 'OK', since: at('08:00:00'), reason: 'fine' },
    maxJobHours: 6,
  },
  schedules: [{ name: 'nightly', schedule: 'cron(0 3 * * ? *)', enabled: true }],
};

/** Training while a job runs. */
export const working: TrainingStatus = {
  ...idle,
  jobs: [{ id: 'ctr-20260301110000-77c0', startedAt: at('11:00:00'), state: 'running', doing: 'trains' }, doneJob],
  fleet: {
    target: { onDemand: 1, spot: 1 },
    machines: [
      { id: 'i-0a', type: 'm7i.large', spot: false, healthy: true },
      { id: 'i-0b', type: 'c7a.large', spot: true, healthy: true },
    ],
  },
  tasks: {
    tasks: [
      { role: 'worker', id: '3f2a91bc0d4e4f6f', state: 'RUNNING', health: 'UNKNOWN', startedAt: at('11:05:00') },
      { role: 'server', id: '77c01d2e9b8a4c3d', state: 'RUNNING', health: 'HEALTHY', startedAt: at('11:03:00') },
    ],
    failures: [
      { role: 'worker', id: '99aa00bb', stoppedAt: at('11:04:00'), reason: 'Host EC2 (instance i-0c) terminated.' },
    ],
  },
};
