import { refuseLocalPaths } from '../../../bin/remote-training/local-paths';
import type { DataConf, OnlineConf } from '../../../training/conf/conf';

const data = (...files: string[]): DataConf => ({
  text: 'LIBSVM',
  csv: { header: true, label: 'label', positive: '1', delimiter: ',', numeric: [], skip: [] },
  files,
  ignoreFeatureGroup: true,
  maxFilesPerWorker: undefined,
  maxLinesPerFile: undefined,
  shuffle: false,
});

const conf: OnlineConf = {
  kind: 'online',
  trainingData: data('s3://data/train/part.*'),
  validationData: undefined,
  modelOutput: 'model/ctr',
  modelInput: undefined,
  loss: 'LOGIT',
  penalty: { l1: 1, l2: 0 },
  learningRate: { type: 'DECAY', alpha: 0.1, beta: 1 },
  algorithm: 'FTRL',
  minibatch: 1000,
  passes: 1,
  readAhead: 1000,
  reportInterval: 1,
  maxDelay: 0,
  tail: { frequency: 0, countMinRows: 2, countMinSize: 1e8 },
};

const refuse = (changes: Partial<OnlineConf>) => () =>
  refuseLocalPaths({ ...conf, ...changes }, 'ctr.conf', 'artifacts');

test('a configuration whose data is in S3 is taken, wherever its model goes', () => {
  expect(refuse({})).not.toThrow();
  expect(refuse({ modelOutput: 's3://models/ctr' })).not.toThrow();
});

test('each path of this machine is named with its field, and with the command that uploads it', () => {
  const changes = { trainingData: data('data/a.txt', 's3://data/b.txt'), validationData: data('/tmp/c.txt') };

  expect(refuse(changes)).toThrow(
    [
      'ctr.conf: training_data: data/a.txt is on this machine: modelapp upload data/a.txt s3://artifacts/data/, and write s3://artifacts/data/a.txt',
      'ctr.conf: validation_data: /tmp/c.txt is on this machine: modelapp upload /tmp/c.txt s3://artifacts/data/, and write s3://artifacts/data/c.txt',
    ].join('\n'),
  );
});

test.each([
  ['data/train/part.*', 'data/train', 's3://artifacts/data/train/', 's3://artifacts/data/train/part.*'],
  ['test/bin', 'test/bin', 's3://artifacts/data/bin/', 's3://artifacts/data/bin/'],
  ['test/bin/', 'test/bin/', 's3://artifacts/data/bin/', 's3://artifacts/data/bin/'],
])('for %s the folder is uploaded', (place, folder, target, written) => {
  expect(refuse({ trainingData: data(place) })).toThrow(
    `${place} is on this machine: modelapp upload ${folder} ${target}, and write ${written}`,
  );
});

test('starting weights of this machine are refused too, as a usage error', () => {
  const refusal = refuse({ modelInput: ['model/ctr_S0'] });

  expect(refusal).toThrow('ctr.conf: model_input: model/ctr_S0 is on this machine');
  expect(refusal).toThrow(expect.objectContaining({ exitCode: 2 }));
});
