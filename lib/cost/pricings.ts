import type { Charge, PricedResource, Pricing, UsageCharge } from './charge';
import { hoursPerMonth, priceOfSize, type RegionPrices } from './prices';
import { listAt, objectAt, type Properties, referenced, type Template } from './template';

const perMonth = (what: string, unitPrice: number): Charge => ({ what, quantity: 1, unit: 'month', unitPrice });

const perHour = (what: string, unitPrice: number | undefined, count = 1): Charge => ({
  what: count === 1 ? what : `${count} × ${what}`,
  quantity: count * hoursPerMonth,
  unit: 'h',
  unitPrice,
});

const perGbMonth = (what: string, unitPrice: number | undefined, quantity: number): Charge => ({
  what,
  quantity,
  unit: 'GB-month',
  unitPrice,
});

const alarmMetrics = (what: string, prices: RegionPrices, quantity: number): Charge => ({
  what,
  quantity,
  unit: 'metric-month',
  unitPrice: prices.alarmMetricMonth,
});

const use = (what: string, unit: string, unitPrice: number): UsageCharge => ({ what, unit, unitPrice });

/** The instances of a group at its least size, with their volumes and addresses. */
function instances({ properties, template, prices }: PricedResource): Charge[] {
  const count = Number(properties.MinSize);
  const launch = launchTemplateData(properties, template);
  const type = String(launch.InstanceType);
  const volumes = listAt(launch, 'BlockDeviceMappings').map((mapping) => objectAt(mapping, 'Ebs'));
  const isPublic = listAt(launch, 'NetworkInterfaces').some((network) => network.AssociatePublicIpAddress === true);
  return [
    perHour(`EC2 instance ${type}`, priceOfSize(prices.instanceHour, type), count),
    ...volumes.map(({ VolumeType: kind, VolumeSize: size }) =>
      perGbMonth(`EBS volume ${kind}`, kind === 'gp3' ? prices.volumeGbMonth : undefined, count * Number(size)),
    ),
    ...(isPublic ? [perHour('public IPv4 address', prices.publicIpv4Hour, count)] : []),
  ];
}

function instanceUsage({ properties, template, prices }: PricedResource): UsageCharge[] {
  const type = String(launchTemplateData(properties, template).InstanceType);
  const [family] = type.split('.');
  const { MinSize: least, MaxSize: most } = properties;
  const more = Number(most) > Number(least) ? priceOfSize(prices.instanceHour, type) : undefined;
  const credit = prices.creditVcpuHour[family!];
  return [
    ...(more === undefined ? [] : [use(`EC2 instance ${type}, from ${least} up to ${most}`, 'h', more)]),
    ...(credit === undefined ? [] : [use(`CPU of ${family} beyond its baseline`, 'vCPU-hour', credit)]),
  ];
}

function launchTemplateData(group: Properties, template: Template): Properties {
  const launchTemplate = referenced(template, objectAt(group, 'LaunchTemplate').LaunchTemplateId);
  return objectAt(launchTemplate?.Properties ?? {}, 'LaunchTemplateData');
}

/**
 * The machines of a training job: a Spot one for each worker, and one that stays for each server. Which type comes is not
 * known before, so the least of a common family stands for those that stay.
 */
function fleetUsage({ properties, prices }: PricedResource): UsageCharge[] {
  const [override = {}] = listAt(properties, 'LaunchTemplateConfigs').flatMap((config) => listAt(config, 'Overrides'));
  const vcpus = Number(objectAt(objectAt(override, 'InstanceRequirements'), 'VCpuCount').Min);
  const staying = priceOfSize(prices.instanceHour, 'm7i.large');
  const perHourOf = (vcpuHour: number) => Number((vcpus * vcpuHour + prices.publicIpv4Hour).toFixed(4));
  return [
    use(`Spot machine of a job, ${vcpus} vCPUs, about`, 'job hour', perHourOf(prices.spotVcpuHour)),
    ...(staying === undefined
      ? []
      : [use(`machine of a job that stays, ${vcpus} vCPUs, about`, 'job hour', perHourOf(staying / 2))]),
  ];
}

/** CloudWatch bills each metric that an alarm reads, so an alarm on a share counts more than once. */
function alarm({ properties, prices }: PricedResource): Charge[] {
  const metrics = listAt(properties, 'Metrics').filter((metric) => 'MetricStat' in metric).length;
  return [alarmMetrics('CloudWatch alarm', prices, Math.max(metrics, 1))];
}

/** Target tracking makes an alarm for each direction. */
const alarmsOfTargetTracking = 2;

function scalingAlarms({ properties, prices }: PricedResource): Charge[] {
  if (properties.PolicyType !== 'TargetTrackingScaling') return [];
  return [alarmMetrics('alarms of a scaling policy', prices, alarmsOfTargetTracking)];
}

function capacityAlarms({ properties, prices }: PricedResource): Charge[] {
  const { Status: status } = objectAt(objectAt(properties, 'AutoScalingGroupProvider'), 'ManagedScaling');
  if (status !== 'ENABLED') return [];
  return [alarmMetrics('alarms of managed scaling', prices, alarmsOfTargetTracking)];
}

/** A load balancer that faces the internet has an address in each of its subnets. */
function loadBalancer({ properties, prices }: PricedResource): Charge[] {
  const subnets = listAt(properties, 'Subnets').length;
  const isPublic = properties.Scheme === 'internet-facing';
  return [
    perHour('Application Load Balancer', prices.loadBalancerHour),
    ...(isPublic ? [perHour('public IPv4 address', prices.publicIpv4Hour, subnets)] : []),
  ];
}

/** A standby in another zone doubles instance and storage. RDS keeps the master password in a secret of its own. */
function database({ properties, prices }: PricedResource): Charge[] {
  const size = String(properties.DBInstanceClass).replace(/^db\./, '');
  const zones = properties.MultiAZ === true ? 2 : 1;
  const isPostgres = properties.Engine === 'postgres';
  const isGp3 = properties.StorageType === 'gp3';
  const storage = zones * Number(properties.AllocatedStorage);
  return [
    perHour(`RDS instance db.${size}`, isPostgres ? priceOfSize(prices.databaseHour, size) : undefined, zones),
    perGbMonth(`RDS storage ${properties.StorageType}`, isGp3 ? prices.databaseStorageGbMonth : undefined, storage),
    ...(properties.ManageMasterUserPassword === true
      ? [perMonth('secret of the master user', prices.secretMonth)]
      : []),
  ];
}

function databaseUsage({ properties, prices }: PricedResource): UsageCharge[] {
  const isBurstable = /^db\.t\d/.test(String(properties.DBInstanceClass));
  return isBurstable
    ? [use('CPU of the database beyond its baseline', 'vCPU-hour', prices.databaseCreditVcpuHour)]
    : [];
}

/** Gateway endpoints, as the one of S3, are free. */
function endpoint({ properties, prices }: PricedResource): Charge[] {
  if (!isInterface(properties)) return [];
  return [perHour('VPC interface endpoint', prices.endpointHour, listAt(properties, 'SubnetIds').length)];
}

const endpointUsage = ({ properties, prices }: PricedResource): UsageCharge[] =>
  isInterface(properties) ? [use('data through endpoints', 'GB', prices.endpointGb)] : [];

const isInterface = ({ VpcEndpointType: type }: Properties): boolean => type === 'Interface';

function logUsage({ prices }: PricedResource): UsageCharge[] {
  return [use('logs written', 'GB', prices.logIngestGb), use('logs kept', 'GB-month', prices.logStorageGbMonth)];
}

const secretUsage = ({ prices }: PricedResource): UsageCharge[] => [
  use('reads of secrets', '10,000 calls', prices.secretTenThousandCalls),
];

/** How each type of resource is billed that AWS bills for. */
export const pricings: Readonly<Record<string, Pricing>> = {
  'AWS::AutoScaling::AutoScalingGroup': { monthly: instances, usage: instanceUsage },
  'AWS::ApplicationAutoScaling::ScalingPolicy': { monthly: scalingAlarms },
  'AWS::CloudWatch::Alarm': { monthly: alarm },
  'AWS::CloudWatch::Dashboard': {
    monthly: ({ prices }) => [perMonth('CloudWatch dashboard', prices.dashboardMonth)],
  },
  'AWS::EC2::EC2Fleet': { usage: fleetUsage },
  'AWS::EC2::FlowLog': { usage: logUsage },
  'AWS::EC2::VPCEndpoint': { monthly: endpoint, usage: endpointUsage },
  'AWS::ECR::Repository': { usage: ({ prices }) => [use('images', 'GB-month', prices.imageStorageGbMonth)] },
  'AWS::ECS::CapacityProvider': { monthly: capacityAlarms },
  'AWS::Events::Rule': { usage: ({ prices }) => [use('own events', 'million', prices.eventMillion)] },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    monthly: loadBalancer,
    usage: ({ prices }) => [
      use('load balancer capacity', 'LCU-hour', prices.loadBalancerCapacityUnitHour),
      use('data to the internet', 'GB', prices.transferOutGb),
    ],
  },
  'AWS::KMS::Key': {
    monthly: ({ prices }) => [perMonth('KMS key', prices.keyMonth)],
    usage: ({ prices }) => [use('calls of KMS', '10,000 calls', prices.keyTenThousandCalls)],
  },
  'AWS::Lambda::Function': {
    usage: ({ prices }) => [
      use('calls of functions', 'million', prices.functionMillionCalls),
      use('run time of functions', 'GB-second', prices.functionGbSecond),
    ],
  },
  'AWS::Logs::LogGroup': { usage: logUsage },
  'AWS::RDS::DBInstance': { monthly: database, usage: databaseUsage },
  'AWS::Route53::HostedZone': {
    monthly: ({ prices }) => [perMonth('private hosted zone', prices.hostedZoneMonth)],
  },
  'AWS::S3::Bucket': { usage: ({ prices }) => [use('objects in S3', 'GB-month', prices.objectStorageGbMonth)] },
  'AWS::SNS::Topic': { usage: ({ prices }) => [use('requests to SNS', 'million', prices.noticeMillionRequests)] },
  'AWS::SecretsManager::Secret': {
    monthly: ({ prices }) => [perMonth('secret', prices.secretMonth)],
    usage: secretUsage,
  },
  'AWS::StepFunctions::StateMachine': {
    usage: ({ prices }) => [
      use('states of jobs', '1,000 transitions', prices.stateTransitionThousand),
      use('traces of jobs', 'million', prices.traceMillion),
    ],
  },
};
