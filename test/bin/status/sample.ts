import type { Status } from '../../../bin/status/report';

export const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);

/** A version with two tasks on one instance, behind both its own and the shared entry. */
export const healthy: Status = {
  stack: {
    name: 'ModelApp-1-2-0',
    state: 'UPDATE_COMPLETE',
    since: at('10:00:00'),
    failure: undefined,
    step: undefined,
  },
  shared: [
    { name: 'ModelApp-Base', state: 'UPDATE_COMPLETE', since: at('09:00:00'), failure: undefined, step: undefined },
  ],
  endpoint: 'http://one.eu-central-1.elb.amazonaws.com',
  region: 'eu-central-1',
  account: '123456789012',
  traffic: { weight: 10, sum: 100, deployed: 10, removal: undefined, guardFault: undefined },
  tasks: {
    desired: 2,
    running: 2,
    pending: 0,
    rollout: 'COMPLETED',
    rolloutReason: undefined,
    tasks: [
      { id: '3f2a91bc0d4e4f6f', state: 'RUNNING', health: 'HEALTHY', startedAt: at('10:05:00') },
      { id: '77c01d2e9b8a4c3d', state: 'RUNNING', health: 'HEALTHY', startedAt: at('10:04:00') },
    ],
    failures: [],
    events: [{ at: at('10:06:00'), text: '(service one) has reached a steady state.' }],
  },
  targets: [
    {
      group: 'own',
      targets: [
        { target: 'i-0a:32768', state: 'healthy', reason: undefined },
        { target: 'i-0a:32769', state: 'healthy', reason: undefined },
      ],
    },
    { group: 'shared', targets: [{ target: 'i-0a:32768', state: 'healthy', reason: undefined }] },
  ],
  instances: {
    desired: 1,
    minimum: 1,
    maximum: 4,
    registered: 1,
    instances: [{ id: 'i-0a', type: 't3.small', zone: 'eu-central-1a', state: 'InService', healthy: true }],
    failure: undefined,
  },
  alarms: [
    { kind: 'errors', name: 'modelapp-1-2-0-errors', state: 'OK', since: at('10:10:00'), reason: 'fine' },
    { kind: 'latency', name: 'modelapp-1-2-0-latency', state: 'OK', since: at('10:10:00'), reason: 'fine' },
    { kind: 'unhealthy', name: 'modelapp-1-2-0-unhealthy', state: 'OK', since: at('10:10:00'), reason: 'fine' },
  ],
};
