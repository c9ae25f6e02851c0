import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { writeProject } from '../aws/support/project';
import { FakeTraining } from './fake-training';

/** The words of a job of an image. */
export const imageJob: readonly string[] = ['net.conf', '--on', 'aws', '--image', 'registry/net:1'];

/** What there is while a test runs. */
export interface GivenTraining {
  readonly aws: FakeTraining;
  /** The project, with the configuration of an image's job, `net.conf`. */
  readonly folder: string;
  /** The `modelapp` command in the project. */
  command(): ModelappCommand;
  /** Runs `modelapp train` to its end. */
  train(...words: readonly string[]): Promise<Ended>;
}

/** Gives each test of a file an AWS where jobs can be started, and a project. */
export function givenTraining(): GivenTraining {
  let aws: FakeTraining;
  let folder: string;
  beforeEach(async () => {
    folder = writeProject();
    writeFileSync(join(folder, 'net.conf'), 'layers: 3\n');
    aws = await FakeTraining.start();
  });
  afterEach(() => aws.close());
  const command = () => new ModelappCommand(folder, awsAt(aws.url));
  return {
    get aws() {
      return aws;
    },
    get folder() {
      return folder;
    },
    command,
    train: (...words) => command().run('train', ...words),
  };
}
