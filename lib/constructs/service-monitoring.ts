import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ApplicationLoadBalancer,
  type ApplicationTargetGroup,
  HttpCodeElb,
  HttpCodeTarget,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { AlarmKind, Names, ServiceName } from '../../config/names';
import type { Config } from '../../config/schema';

export interface ServiceMonitoringProps {
  readonly names: Names;
  readonly service: ServiceName;
  readonly loadBalancer: ApplicationLoadBalancer;
  /** The tasks behind `loadBalancer`. */
  readonly own: ApplicationTargetGroup;
  /**
   * The tasks behind the entry that versions share.
   * @default none
   */
  readonly shared?: ApplicationTargetGroup | undefined;
  readonly thresholds: Pick<Config['capacity'], 'maxErrorShare' | 'maxLatencyMs'>;
  readonly alarmAction: IAlarmAction;
}

const period = Duration.minutes(1);

/** Their sum in a minute; those without a value then count as 0. */
const sum = (metrics: Record<string, IMetric>): string =>
  Object.keys(metrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');

/** The alarms of a service, which have fixed names, and its dashboard. */
export class ServiceMonitoring extends Construct {
  /** Share of requests that end with 5xx. */
  readonly errors: Alarm;
  /** 99th percentile of the time to answer. */
  readonly latency: Alarm;
  /** Targets that fail their health check. */
  readonly unhealthy: Alarm;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ServiceMonitoringProps,
  ) {
    super(scope, id);
    const { thresholds, own } = props;
    this.errors = this.alarm('errors', {
      alarmDescription: `More than ${thresholds.maxErrorShare * 100} % of the requests fail.`,
      metric: this.errorShare(),
      threshold: thresholds.maxErrorShare,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
    this.latency = this.alarm('latency', {
      alarmDescription: `One request of a hundred takes longer than ${thresholds.maxLatencyMs} ms.`,
      metric: this.responseTime(99),
      threshold: thresholds.maxLatencyMs / 1000,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
    this.unhealthy = this.alarm('unhealthy', {
      alarmDescription: 'A task fails its health check.',
      metric: own.metrics.unhealthyHostCount({ period, statistic: Stats.MAXIMUM }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });
    this.addDashboard();
  }

  private alarm(
    what: AlarmKind,
    props: Pick<AlarmProps, 'alarmDescription' | 'metric' | 'threshold' | 'comparisonOperator'>,
  ): Alarm {
    const { names, service, alarmAction } = this.props;
    const alarm = new Alarm(this, what, {
      ...props,
      alarmName: names.monitoring(service, what),
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(alarmAction);
    return alarm;
  }

  /** Answers of tasks and of load balancers themselves; a minute without requests counts as none that failed. */
  private errorShare(): IMetric {
    const { requests, failed } = this.counts();
    return new MathExpression({
      label: 'Share of 5xx',
      period,
      expression: `IF(${sum(requests)} > 0, (${sum(failed)}) / (${sum(requests)}), 0)`,
      usingMetrics: { ...requests, ...failed },
    });
  }

  /** The shared load balancer counts its own errors for all versions; per group it counts connections that failed. */
  private counts(): { requests: Record<string, IMetric>; failed: Record<string, IMetric> } {
    const { loadBalancer, shared } = this.props;
    const options = { period, statistic: Stats.SUM };
    return {
      requests: {
        requests: loadBalancer.metrics.requestCount(options),
        ...(shared && { shared_requests: shared.metrics.requestCount(options) }),
      },
      failed: {
        tasks: loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, options),
        balancer: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, options),
        ...(shared && {
          shared_tasks: shared.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, options),
          shared_connections: shared.metrics.targetConnectionErrorCount(options),
        }),
      },
    };
  }

  /** Percentiles of two groups have no sum: the slower one speaks. */
  private responseTime(percentile: number): IMetric {
    const { own, shared } = this.props;
    const options = { period, statistic: Stats.percentile(percentile) };
    const ownTime = own.metrics.targetResponseTime(options);
    if (!shared) return ownTime;
    const name = (group: string) => `${group}_p${percentile}`;
    return new MathExpression({
      label: `p${percentile}`,
      period,
      expression: `MAX([FILL(${name('own')}, 0), FILL(${name('shared')}, 0)])`,
      usingMetrics: { [name('own')]: ownTime, [name('shared')]: shared.metrics.targetResponseTime(options) },
    });
  }

  private addDashboard(): void {
    const { names, service, own } = this.props;
    const { metrics } = own;
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: names.monitoring(service),
      widgets: [
        [
          graph('Requests per minute', Object.values(this.counts().requests)),
          graph('Share of 5xx', [this.errorShare()]),
        ],
        [
          graph('Seconds to answer', [this.responseTime(50), this.responseTime(99)]),
          graph('Tasks', [metrics.healthyHostCount({ period }), metrics.unhealthyHostCount({ period })]),
        ],
      ],
    });
  }
}
