import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { handIn } from '../../../bin/job/hand-in';
import { parseOutputManifest } from '../../../config/training/training-output';
import { FakeS3 } from '../../lambda/support/fake-s3';
import { startLoopback } from '../../lambda/support/loopback';
import { runFolder } from '../../support/test-run';
import { awsAt } from '../aws/support/command';

const files = { ctr_S0: 'key\tweight\n'.repeat(1000), ctr_S1: '' };

function writeModel(): string[] {
  const folder = mkdtempSync(join(runFolder(), 'model-'));
  return Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
}

const described = Object.entries(files).map(([name, content]) => ({
  name,
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}));

test('a model goes to a folder with a manifest that tells its files and its scores', async () => {
  const folder = join(mkdtempSync(join(runFolder(), 'output-')), 'out');

  await handIn(writeModel(), { auc: 0.75, logloss: null }, folder);

  expect(readdirSync(folder).sort()).toEqual(['ctr_S0', 'ctr_S1', 'manifest.json']);
  expect(readFileSync(join(folder, 'ctr_S0'), 'utf8')).toBe(files.ctr_S0);
  expect(parseOutputManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual({
    files: described,
    evaluation: { auc: 0.75, logloss: null },
  });
});

describe('to S3', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test('a model goes whole, the manifest last', async () => {
    const s3 = new FakeS3();
    const stored: string[] = [];
    s3.stored = async (key) => void stored.push(key);
    const aws = await startLoopback(s3.answerer);
    Object.assign(process.env, awsAt(aws.url));

    await handIn(writeModel(), undefined, 's3://artifacts/jobs/ctr-1/out/');

    await aws.close();
    expect(stored).toEqual(['ctr_S0', 'ctr_S1', 'manifest.json'].map((name) => `jobs/ctr-1/out/${name}`));
    expect(s3.json('jobs/ctr-1/out/manifest.json')).toEqual({ files: described });
    expect(s3.objects.get('jobs/ctr-1/out/ctr_S0')?.toString()).toBe(files.ctr_S0);
  });
});
