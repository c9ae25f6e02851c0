import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { type Answer, FakeCloudFormation, request } from '../support/cloudformation';
import { FakeEcr } from '../support/fake-ecr';
import { invoke } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';

/** What there is while a test runs. */
export interface GivenRelease {
  readonly ecr: FakeEcr;
  readonly cloudFormation: FakeCloudFormation;
  /** Has the function do what CloudFormation asks, and tells its answer. */
  send(type: 'Create' | 'Update' | 'Delete', properties: Record<string, string>, id?: string): Promise<Answer>;
}

/** Gives the tests of a file the built function `release`, and each of them a repository `modelapp` without images. */
export function givenRelease(): GivenRelease {
  // Of its own: other files of tests build at the same time.
  const bundles = mkdtempSync(join(runFolder(), 'release-'));
  let ecr: FakeEcr;
  let cloudFormation: FakeCloudFormation;
  let aws: Loopback;
  beforeAll(() => buildBundles(bundles));
  beforeEach(async () => {
    ecr = new FakeEcr('modelapp');
    cloudFormation = new FakeCloudFormation();
    aws = await startLoopback(ecr.answerer, cloudFormation.answerer);
    ecr.url = aws.url;
  });
  afterEach(() => aws.close());
  return {
    get ecr() {
      return ecr;
    },
    get cloudFormation() {
      return cloudFormation;
    },
    async send(type, properties, id) {
      const event = request(aws.url, type, properties, id);
      await invoke({ bundle: join(bundles, 'release'), environment: { AWS_ENDPOINT_URL: aws.url } }, event);
      return cloudFormation.last;
    },
  };
}
