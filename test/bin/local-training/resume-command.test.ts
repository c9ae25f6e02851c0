import { resumeCommand } from '../../../bin/local-training/resume-command';

const asUsual = { seed: 1, checkpointEvery: 60, json: false } as Parameters<typeof resumeCommand>[1];

test('what was not given is left to its default again', () => {
  expect(resumeCommand('./ctr.conf', asUsual)).toBe('modelapp train ./ctr.conf --resume');
});

test('a path with blanks and quotes is one word of the shell', () => {
  const command = resumeCommand("./Ada's data/ctr.conf", { ...asUsual, checkpoint: '/tmp/my place' });

  expect(command).toBe(String.raw`modelapp train './Ada'\''s data/ctr.conf' --checkpoint '/tmp/my place' --resume`);
});

test('the password of a store is not shown', () => {
  const storeUrl = 'redis://:s3cr@t@one:7000,two,redis://ada:s3cret@three';

  const command = resumeCommand('./ctr.conf', { ...asUsual, storeUrl });

  expect(command).toBe(
    'modelapp train ./ctr.conf --store-url redis://:PASSWORD@one:7000,two,redis://ada:PASSWORD@three --resume',
  );
});
