import type { Answerer } from '../../lambda/support/loopback';
import { answersJson, answersQuery } from '../aws/support/answers';

const ecs = (operation: string) => `AmazonEC2ContainerServiceV20141113.${operation}`;
const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;

const cluster = 'ModelApp-1-2-0-Capacity';
const service = arn('ecs', `service/${cluster}/Service`);
const taskArn = (id: string) => arn('ecs', `task/${cluster}/${id}`);
export const groups = {
  own: arn('elasticloadbalancing', 'targetgroup/Own/1'),
  shared: arn('elasticloadbalancing', 'targetgroup/Shared/2'),
};

const seconds = (time: string): number => Date.parse(time) / 1_000;

const resources = [
  {
    LogicalResourceId: 'Gone',
    ResourceType: 'AWS::ECS::Service',
    PhysicalResourceId: 'gone',
    ResourceStatus: 'DELETE_COMPLETE',
  },
  { LogicalResourceId: 'Capacity1', ResourceType: 'AWS::ECS::Cluster', PhysicalResourceId: cluster },
  { LogicalResourceId: 'Service1', ResourceType: 'AWS::ECS::Service', PhysicalResourceId: service },
  {
    LogicalResourceId: 'Own1',
    ResourceType: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    PhysicalResourceId: groups.own,
  },
  {
    LogicalResourceId: 'Shared1',
    ResourceType: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    PhysicalResourceId: groups.shared,
  },
  { LogicalResourceId: 'Asg1', ResourceType: 'AWS::AutoScaling::AutoScalingGroup', PhysicalResourceId: 'asg-one' },
  // Not made yet.
  { LogicalResourceId: 'Later', ResourceType: 'AWS::ECS::Service' },
];

/** What AWS tells of a version with one task that runs, of two, and one that was killed. */
export const fakeVersion: readonly Answerer[] = [
  answersQuery('ListStackResources', (input) => {
    const page = Number(input.get('NextToken') ?? 0);
    return {
      StackResourceSummaries: resources.slice(page * 4, page * 4 + 4),
      NextToken: page === 0 ? '1' : undefined,
    };
  }),
  answersJson(ecs('DescribeServices'), () => ({
    services: [
      {
        desiredCount: 2,
        runningCount: 1,
        pendingCount: 1,
        deployments: [
          { status: 'ACTIVE', rolloutState: 'FAILED' },
          { status: 'PRIMARY', rolloutState: 'IN_PROGRESS' },
        ],
        events: [{ createdAt: seconds('2026-03-01T10:00:00Z'), message: '(service one) has started 1 tasks.' }],
      },
    ],
  })),
  answersJson(ecs('ListTasks'), (input: { cluster?: string; serviceName?: string; desiredStatus?: string }) => {
    if (input.cluster !== cluster || input.serviceName !== service) return { taskArns: [] };
    return { taskArns: (input.desiredStatus === 'RUNNING' ? ['aaaa0000'] : ['bbbb0000', 'cccc0000']).map(taskArn) };
  }),
  answersJson(ecs('DescribeTasks'), (input: { tasks?: string[] }) => ({
    tasks: tasks.filter(({ taskArn: each }) => input.tasks?.includes(each)),
  })),
  answersJson(ecs('DescribeClusters'), () => ({ clusters: [{ registeredContainerInstancesCount: 1 }] })),
  answersQuery('DescribeTargetHealth', (input) => ({
    TargetHealthDescriptions: [
      {
        Target: { Id: 'i-0a', Port: 32768 },
        TargetHealth:
          input.get('TargetGroupArn') === groups.own
            ? { State: 'healthy' }
            : { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
      },
    ],
  })),
  answersQuery('DescribeAutoScalingGroups', () => ({
    AutoScalingGroups: [
      {
        MinSize: 1,
        MaxSize: 4,
        DesiredCapacity: 2,
        Instances: [
          {
            InstanceId: 'i-0a',
            InstanceType: 't3.small',
            AvailabilityZone: 'eu-central-1a',
            LifecycleState: 'InService',
            HealthStatus: 'Healthy',
          },
        ],
      },
    ],
  })),
  answersQuery('DescribeScalingActivities', () => ({
    Activities: [{ StatusCode: 'Failed', StatusMessage: 'No capacity', StartTime: '2026-03-01T10:00:00Z' }],
  })),
  answersJson('GraniteServiceVersion20100801.DescribeAlarms', (input: { AlarmNames?: string[] }) => ({
    MetricAlarms: input.AlarmNames?.filter((name) => !name.endsWith('latency')).map((AlarmName) => ({
      AlarmName,
      StateValue: AlarmName.endsWith('errors') ? 'ALARM' : 'OK',
      StateReason: 'Threshold Crossed',
      StateTransitionedTimestamp: seconds('2026-03-01T10:00:00Z'),
    })),
  })),
];

const tasks = [
  {
    taskArn: taskArn('aaaa0000'),
    lastStatus: 'RUNNING',
    healthStatus: 'HEALTHY',
    startedAt: seconds('2026-03-01T09:00:00Z'),
  },
  {
    taskArn: taskArn('bbbb0000'),
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    stoppedAt: seconds('2026-03-01T09:30:00Z'),
    containers: [{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
  },
  {
    taskArn: taskArn('cccc0000'),
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
    stoppedAt: seconds('2026-03-01T09:40:00Z'),
  },
];
