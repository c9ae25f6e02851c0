import { eventsImageTag, Names } from '../../config/names';
import { parseVersion } from '../../config/version';

const version = parseVersion('1.2.0');

const allNames = (names: Names) => ({
  application: names.application,
  base: names.baseStack,
  version: names.versionStack(version),
  function: names.function('tables'),
  functionLogs: names.functionLogGroup('tables'),
  dashboard: names.monitoring(version),
  alarm: names.monitoring(version, 'errors'),
  serviceLogs: names.serviceLogGroup(version),
  training: names.trainingStack,
  trainingMachine: names.trainingMachine,
  trainingLogs: names.trainingLogGroup('worker'),
  trainingSchedule: names.trainingSchedule('nightly'),
});

test('without a prefix the names are those of the documentation', () => {
  expect(allNames(new Names(''))).toEqual({
    application: 'modelapp',
    base: 'ModelApp-Base',
    version: 'ModelApp-1-2-0',
    function: 'modelapp-tables',
    functionLogs: '/modelapp/functions/tables',
    dashboard: 'modelapp-1-2-0',
    alarm: 'modelapp-1-2-0-errors',
    serviceLogs: '/modelapp/1-2-0/service',
    training: 'ModelApp-Training',
    trainingMachine: 'modelapp-training',
    trainingLogs: '/modelapp/training/worker',
    trainingSchedule: 'modelapp-training-nightly',
  });
});

test('a prefix is in every name, in small letters where a repository needs them', () => {
  expect(allNames(new Names('Staging-'))).toEqual({
    application: 'staging-modelapp',
    base: 'Staging-ModelApp-Base',
    version: 'Staging-ModelApp-1-2-0',
    function: 'staging-modelapp-tables',
    functionLogs: '/staging-modelapp/functions/tables',
    dashboard: 'staging-modelapp-1-2-0',
    alarm: 'staging-modelapp-1-2-0-errors',
    serviceLogs: '/staging-modelapp/1-2-0/service',
    training: 'Staging-ModelApp-Training',
    trainingMachine: 'staging-modelapp-training',
    trainingLogs: '/staging-modelapp/training/worker',
    trainingSchedule: 'staging-modelapp-training-nightly',
  });
});

test('the event server is a service beside the versions', () => {
  const names = new Names('Staging-');

  expect(names.serviceStack('events')).toBe('Staging-ModelApp-Events');
  expect(names.serviceStack(version)).toBe('Staging-ModelApp-1-2-0');
  expect(
    ['Staging-ModelApp-Events', 'Staging-ModelApp-Training', 'Staging-ModelApp-1-2-0', 'Staging-ModelApp-Base'].map(
      (stack) => names.targetOfStack(stack),
    ),
  ).toEqual(['events', 'training', '1.2.0', undefined]);
  expect(names.monitoring('events', 'errors')).toBe('staging-modelapp-events-errors');
  expect(names.serviceLogGroup('events')).toBe('/staging-modelapp/events/service');
  expect(eventsImageTag('0123456789abcdef'.repeat(4))).toBe('events-0123456789abcdef');
});
