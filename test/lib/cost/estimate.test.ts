import fc from 'fast-check';
import { type Estimate, estimateCost } from '../../../lib/cost/estimate';
import type { Properties, Template, TemplateResource } from '../../../lib/cost/template';
import { region, testPriceList } from './price-list';

type Resources = Readonly<Record<string, TemplateResource>>;

const estimate = (Resources: Resources): Estimate => estimateCost({ Stack: { Resources } }, testPriceList, region);

/** What a resource costs: `[what, quantity, unit, amount]` for each part. */
const parts = (resources: Resources) =>
  estimate(resources).stacks[0]!.items.map(({ what, quantity, unit, amount }) => [what, quantity, unit, amount]);

const one = (Type: string, Properties: Properties = {}): Resources => ({ It: { Type, Properties } });

const group = (
  MinSize: number,
  { MaxSize = 9, InstanceType = 't3.small', isPublic = true, gib = 30 } = {},
): Resources => ({
  Group: {
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    Properties: {
      MinSize: String(MinSize),
      MaxSize: String(MaxSize),
      LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } },
    },
  },
  Launch: {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: {
      LaunchTemplateData: {
        InstanceType,
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', VolumeSize: gib } }],
        NetworkInterfaces: [{ AssociatePublicIpAddress: isPublic }],
      },
    },
  },
});

const database = (properties: Properties = {}): Resources =>
  one('AWS::RDS::DBInstance', {
    Engine: 'postgres',
    DBInstanceClass: 'db.t4g.small',
    AllocatedStorage: '20',
    StorageType: 'gp3',
    MultiAZ: false,
    ManageMasterUserPassword: true,
    ...properties,
  });

describe('the parts of a resource', () => {
  test('an Auto Scaling group is its instances at least size, their volumes and addresses', () => {
    expect(parts(group(2))).toEqual([
      ['2 × EC2 instance t3.small', 1460, 'h', 29.2],
      ['EBS volume gp3', 60, 'GB-month', 6],
      ['2 × public IPv4 address', 1460, 'h', 7.3],
    ]);
  });

  test('instances without a public address pay for none', () => {
    expect(parts(group(1, { isPublic: false })).map(([what]) => what)).toEqual([
      'EC2 instance t3.small',
      'EBS volume gp3',
    ]);
  });

  test('a group that may be empty costs nothing at least size', () => {
    expect(parts(group(0))).toEqual([]);
  });

  test('a database is an instance, storage, and the secret that RDS keeps', () => {
    expect(parts(database())).toEqual([
      ['RDS instance db.t4g.small', 730, 'h', 29.2],
      ['RDS storage gp3', 20, 'GB-month', 2.4],
      ['secret of the master user', 1, 'month', 0.4],
    ]);
  });

  test('a standby doubles instance and storage of a database', () => {
    expect(parts(database({ MultiAZ: true }))).toEqual([
      ['2 × RDS instance db.t4g.small', 1460, 'h', 58.4],
      ['RDS storage gp3', 40, 'GB-month', 4.8],
      ['secret of the master user', 1, 'month', 0.4],
    ]);
  });

  test('a load balancer that faces the internet has an address in each subnet', () => {
    const balancer = one('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internet-facing',
      Subnets: [{ Ref: 'A' }, { Ref: 'B' }],
    });

    expect(parts(balancer)).toEqual([
      ['Application Load Balancer', 730, 'h', 21.9],
      ['2 × public IPv4 address', 1460, 'h', 7.3],
    ]);
  });

  test('an internal load balancer has no public address', () => {
    const balancer = one('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal', Subnets: ['a', 'b'] });

    expect(parts(balancer)).toEqual([['Application Load Balancer', 730, 'h', 21.9]]);
  });

  test('an alarm is billed by the metrics that it reads', () => {
    const stat = (Id: string) => ({ Id, MetricStat: {} });
    const share = one('AWS::CloudWatch::Alarm', { Metrics: [{ Id: 'e', Expression: 'a/b' }, stat('a'), stat('b')] });

    expect(parts(share)).toEqual([['CloudWatch alarm', 2, 'metric-month', 0.2]]);
    expect(parts(one('AWS::CloudWatch::Alarm', { MetricName: 'CPUUtilization' }))).toEqual([
      ['CloudWatch alarm', 1, 'metric-month', 0.1],
    ]);
  });

  test('target tracking and managed scaling make two alarms each', () => {
    const policy = one('AWS::ApplicationAutoScaling::ScalingPolicy', { PolicyType: 'TargetTrackingScaling' });
    const provider = one('AWS::ECS::CapacityProvider', {
      AutoScalingGroupProvider: { ManagedScaling: { Status: 'ENABLED' } },
    });

    expect(parts(policy)).toEqual([['alarms of a scaling policy', 2, 'metric-month', 0.2]]);
    expect(parts(provider)).toEqual([['alarms of managed scaling', 2, 'metric-month', 0.2]]);
  });

  test('an interface endpoint is paid for in each subnet, a gateway endpoint not at all', () => {
    const endpoint = (VpcEndpointType: string) =>
      parts(one('AWS::EC2::VPCEndpoint', { VpcEndpointType, SubnetIds: ['a', 'b'] }));

    expect(endpoint('Interface')).toEqual([['2 × VPC interface endpoint', 1460, 'h', 14.6]]);
    expect(endpoint('Gateway')).toEqual([]);
  });

  test.each([
    ['AWS::SecretsManager::Secret', 0.4],
    ['AWS::CloudWatch::Dashboard', 3],
    ['AWS::KMS::Key', 1],
  ])('%s has a price by the month', (type, amount) => {
    expect(estimate(one(type)).total).toBe(amount);
  });
});

describe('what is in no sum', () => {
  test('what depends on use is listed with its unit price', () => {
    const { total, usage } = estimate({ ...one('AWS::S3::Bucket'), Logs: { Type: 'AWS::Logs::LogGroup' } });

    expect(total).toBe(0);
    expect(usage).toEqual([
      expect.objectContaining({ logicalId: 'It', what: 'objects in S3', unit: 'GB-month', unitPrice: 0.02 }),
      expect.objectContaining({ logicalId: 'Logs', what: 'logs written', unit: 'GB', unitPrice: 0.5 }),
      expect.objectContaining({ logicalId: 'Logs', what: 'logs kept', unit: 'GB-month', unitPrice: 0.03 }),
    ]);
  });

  test('instances beyond the least size, and the CPU of burstable ones, depend on use', () => {
    const uses = (resources: Resources) => estimate(resources).usage.map(({ what, unitPrice }) => [what, unitPrice]);

    expect(uses(group(1, { MaxSize: 4 }))).toEqual([
      ['EC2 instance t3.small, from 1 up to 4', 0.02],
      ['CPU of t3 beyond its baseline', 0.05],
    ]);
    expect(uses(group(2, { MaxSize: 2, InstanceType: 'm7g.large' }))).toEqual([]);
  });

  test('the machines of a job are paid by its hours, as no job has any between', () => {
    const fleet = (least: number) =>
      one('AWS::EC2::EC2Fleet', {
        LaunchTemplateConfigs: [{ Overrides: [{ InstanceRequirements: { VCpuCount: { Min: least, Max: 8 } } }] }],
      });
    const withM7i = { ...testPriceList.regions[region]!, instanceHour: { m7i: { large: 0.1 } } };
    const list = { ...testPriceList, regions: { [region]: withM7i } };

    const { total, usage } = estimateCost({ Stack: { Resources: fleet(4) } }, list, region);

    expect(total).toBe(0);
    // 4 × 0.02 and 4 × 0.05, and an address for 0.005
    expect(usage.map(({ what, unit, unitPrice }) => [what, unit, unitPrice])).toEqual([
      ['Spot machine of a job, 4 vCPUs, about', 'job hour', 0.085],
      ['machine of a job that stays, 4 vCPUs, about', 'job hour', 0.205],
    ]);
    expect(estimate(fleet(2)).usage.map(({ unitPrice }) => unitPrice)).toEqual([0.045]);
  });

  test('an instance type without a price is listed, not counted as 0', () => {
    const { unpriced, total } = estimate(group(1, { InstanceType: 'z9.huge', isPublic: false }));

    expect(unpriced).toEqual([
      { stack: 'Stack', logicalId: 'Group', type: 'AWS::AutoScaling::AutoScalingGroup', what: 'EC2 instance z9.huge' },
    ]);
    expect(total).toBe(3);
  });

  test.each<[string, Properties]>([
    ['another engine', { Engine: 'mysql' }],
    ['another class', { DBInstanceClass: 'db.z9.huge' }],
  ])('a database of %s has no price', (_, properties) => {
    expect(estimate(database(properties)).unpriced).toHaveLength(1);
  });

  test('a type of resource that nobody knows is listed', () => {
    expect(estimate(one('AWS::Braket::Quantum')).unpriced).toEqual([
      expect.objectContaining({ logicalId: 'It', what: 'AWS::Braket::Quantum' }),
    ]);
  });

  test('what is free is not mentioned', () => {
    const { stacks, usage, unpriced } = estimate({ ...one('AWS::IAM::Role'), Own: { Type: 'Custom::Anything' } });

    expect([stacks[0]?.items, usage, unpriced]).toEqual([[], [], []]);
  });
});

test('every stack has a sum, and the total is theirs', () => {
  const templates = { A: { Resources: group(1) }, B: { Resources: database() }, C: {} };

  const { stacks, total } = estimateCost(templates, testPriceList, region);

  // 14.60 + 3 + 3.65, and 29.20 + 2.40 + 0.40
  expect(stacks.map(({ stack, sum }) => [stack, sum])).toEqual([
    ['A', 21.25],
    ['B', 32],
    ['C', 0],
  ]);
  expect(total).toBe(53.25);
});

test('a region without prices is refused, naming those that have some', () => {
  expect(() => estimateCost({}, testPriceList, 'mars-1')).toThrow(
    "there are no prices for the region 'mars-1'; there are for test-1",
  );
});

describe('for any stacks', () => {
  const resource: fc.Arbitrary<Resources> = fc.oneof(
    fc.integer({ min: 0, max: 40 }).map((size) => group(size)),
    fc.record({ MultiAZ: fc.boolean(), AllocatedStorage: fc.integer({ min: 20, max: 999 }).map(String) }).map(database),
    fc
      .constantFrom('AWS::CloudWatch::Alarm', 'AWS::SecretsManager::Secret', 'AWS::S3::Bucket')
      .map((type) => one(type)),
  );
  const template: fc.Arbitrary<Template> = fc.array(resource, { maxLength: 6 }).map((list) => ({
    Resources: Object.assign({}, ...list.map(renamed)),
  }));
  const cents = (amount: number) => Math.round(amount * 100);

  test('the total is the sum of the amounts, to the cent', () => {
    fc.assert(
      fc.property(fc.array(template, { maxLength: 5 }), (list) => {
        const { stacks, total } = estimateCost({ ...list } as Record<string, Template>, testPriceList, region);

        const amounts = stacks.flatMap(({ items }) => items.map(({ amount }) => cents(amount)));
        expect(cents(total)).toBe(amounts.reduce((sum, amount) => sum + amount, 0));
      }),
    );
  });

  test('more instances are never cheaper', () => {
    const size = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
        expect(estimate(group(fewer)).total).toBeLessThanOrEqual(estimate(group(more)).total);
      }),
    );
  });
});

/** The same resources under names that no other part of the template has. */
function renamed(resources: Resources, index: number): Resources {
  const names = Object.keys(resources);
  const text = names.reduce(
    (json, name) => json.replaceAll(`"${name}"`, `"${name}${index}"`),
    JSON.stringify(resources),
  );
  return JSON.parse(text);
}
