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
import type { Names } from '../../config/names';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';

export interface VersionMonitoringProps {
  readonly names: Names;
  readonly version: Version;
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  readonly thresholds: Pick<Config['capacity'], 'maxErrorShare' | 'maxLatencyMs'>;
  readonly alarmAction: IAlarmAction;
}

const period = Duration.minutes(1);

/** The alarms of a version, which have fixed names, and its dashboard. */
export class VersionMonitoring extends Construct {
  /** Share of requests that end with 5xx. */
  readonly errors: Alarm;
  /** 99th percentile of the time to answer. */
  readonly latency: Alarm;
  /** Targets that fail their health check. */
  readonly unhealthy: Alarm;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: VersionMonitoringProps,
  ) {
    super(scope, id);
    const { thresholds, targetGroup } = props;
    this.errors = this.alarm('errors', {
      alarmDescription: `More than ${thresholds.maxErrorShare * 100} % of the requests fail.`,
      metric: this.errorShare(),
      threshold: thresholds.maxErrorShare,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
    this.latency = this.alarm('latency', {
      alarmDescription: `One request of a hundred takes longer than ${thresholds.maxLatencyMs} ms.`,
      metric: targetGroup.metrics.targetResponseTime({ period, statistic: Stats.percentile(99) }),
      threshold: thresholds.maxLatencyMs / 1000,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
    this.unhealthy = this.alarm('unhealthy', {
      alarmDescription: 'A task fails its health check.',
      metric: targetGroup.metrics.unhealthyHostCount({ period, statistic: Stats.MAXIMUM }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });
    this.addDashboard();
  }

  private alarm(
    what: 'errors' | 'latency' | 'unhealthy',
    props: Pick<AlarmProps, 'alarmDescription' | 'metric' | 'threshold' | 'comparisonOperator'>,
  ): Alarm {
    const { names, version, alarmAction } = this.props;
    const alarm = new Alarm(this, what, {
      ...props,
      alarmName: names.monitoring(version, what),
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(alarmAction);
    return alarm;
  }

  /** Answers of tasks and of the load balancer itself, for which a minute without requests counts as none. */
  private errorShare(): IMetric {
    const { loadBalancer } = this.props;
    const sum = { period, statistic: Stats.SUM };
    return new MathExpression({
      label: 'Share of 5xx',
      period,
      expression: 'IF(requests > 0, (FILL(tasks, 0) + FILL(balancer, 0)) / requests, 0)',
      usingMetrics: {
        requests: loadBalancer.metrics.requestCount(sum),
        tasks: loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sum),
        balancer: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, sum),
      },
    });
  }

  private addDashboard(): void {
    const { names, version, loadBalancer, targetGroup } = this.props;
    const { metrics } = targetGroup;
    const percentile = (p: number) => metrics.targetResponseTime({ period, statistic: Stats.percentile(p) });
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: names.monitoring(version),
      widgets: [
        [
          graph('Requests per minute', [loadBalancer.metrics.requestCount({ period })]),
          graph('Share of 5xx', [this.errorShare()]),
        ],
        [
          graph('Seconds to answer', [percentile(50), percentile(99)]),
          graph('Tasks', [metrics.healthyHostCount({ period }), metrics.unhealthyHostCount({ period })]),
        ],
      ],
    });
  }
}
