import { type App, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { createApp, type SynthesisOptions, synthesize } from './support/synthesis';

/** The rules that may be acknowledged at all; all others are obeyed. */
const acceptable = ['VPC7', 'RDS3', 'RDS11', 'EC23', 'AS3', 'ECS2', 'ECS4', 'S1', 'IAM4', 'IAM5', 'SMG4'];

interface Acknowledgement {
  readonly construct: IConstruct;
  readonly id: string;
  readonly reason: string;
}

const acknowledgements = (app: App): Acknowledgement[] =>
  app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([id]) => id.includes('AwsSolutions'))
      .map(([id, reason]) => ({ construct, id: id.replace(/^annotation::/i, ''), reason })),
  );

const configurations: [string, SynthesisOptions][] = [
  ['the default', {}],
  ['three versions', { otherVersions: ['1.0.0', '1.1.0'] }],
  ['a certificate', { config: { aws: { certificateArn: 'arn:aws:acm:eu-central-1:111111111111:certificate/1' } } }],
  ['an account', { config: { aws: { account: '111111111111', region: 'eu-central-1' } } }],
  ['flow logs and a standby', { config: { aws: { flowLogs: true, multiAz: true } } }],
  ['an unprotected database', { config: { aws: { deletionProtection: false } } }],
  ['a shared entry', { traffic: true }],
  ['an event server', { events: true }],
  [
    'training jobs, one by the clock',
    {
      training: true,
      config: {
        training: { dataBuckets: ['clicks'] },
        schedules: [{ name: 'nightly', schedule: 'rate(1 day)', conf: 's3://clicks/ctr.conf' }],
      },
    },
  ],
  [
    'training jobs and an account',
    { training: true, config: { aws: { account: '111111111111', region: 'eu-central-1' } } },
  ],
  ['training jobs and a prefix', { training: true, config: { aws: { prefix: 'Staging-' } } }],
  ['a split', { otherVersions: ['1.0.0', '1.1.0'], split: '1.1.0:90,1.2.0:10' }],
  ['a prefix', { config: { aws: { prefix: 'Staging-' } } }],
];

test.each(configurations)('cdk-nag finds nothing with %s', (_, options) => {
  expect(() => synthesize(options)).not.toThrow();
});

test('a finding that nobody acknowledged fails the synthesis', () => {
  const { app, stacks } = createApp();
  new Bucket(stacks['ModelApp-Base']!, 'Careless');

  expect(() => app.synth()).toThrow('AwsSolutions-S1');
});

test.each(configurations)(
  'with %s every acknowledgement is for one acceptable finding, beside its construct, with a reason',
  (_, options) => {
    const { app } = synthesize(options);
    const { aws } = options.config ?? {};
    const rules = aws?.deletionProtection === false ? [...acceptable, 'RDS10'] : acceptable;

    const found = acknowledgements(app);

    expect(found.length).toBeGreaterThan(0);
    for (const { construct, id, reason } of found) {
      expect(id).toMatch(new RegExp(`AwsSolutions-(${rules.join('|')})(\\[.+\\])?$`));
      expect(construct.node.path.split('/').length).toBeGreaterThan(1);
      expect(reason.length).toBeGreaterThan(40);
    }
  },
);

test("the templates fit CloudFormation's own rules", () => {
  expect(() =>
    synthesize({ events: true, training: true, split: '1.2.0:1', app: { builtinCloudFormationValidation: true } }),
  ).not.toThrow();
});
