import type { Template } from 'aws-cdk-lib/assertions';
import { onlyResource, synthesize } from '../support/synthesis';

const name = 'ModelApp-1-2-0';

let version: Template;

beforeAll(() => {
  version = synthesize().template(name);
});

const only = (type: string) => onlyResource(version, type);

describe('the alarms', () => {
  const alarm = (what: string) =>
    Object.values(
      version.findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: `modelapp-1-2-0-${what}` } }),
    )[0]?.Properties;

  test.each([
    ['errors', 0.05, 'GreaterThanThreshold'],
    ['latency', 0.5, 'GreaterThanThreshold'],
    ['unhealthy', 1, 'GreaterThanOrEqualToThreshold'],
  ])('%s fires at 3 of 5 minutes and speaks on Notices', (what, Threshold, ComparisonOperator) => {
    expect(alarm(what)).toMatchObject({
      Threshold,
      ComparisonOperator,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
      TreatMissingData: 'notBreaching',
      AlarmActions: [
        { 'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringContaining('Notices') }) },
      ],
    });
  });

  test('errors measures the share of 5xx, of the tasks and of the load balancer', () => {
    const metrics = alarm('errors').Metrics;

    expect(metrics[0].Expression).toBe(
      'IF(FILL(requests, 0) > 0, (FILL(tasks, 0) + FILL(balancer, 0)) / (FILL(requests, 0)), 0)',
    );
    expect(
      metrics
        .slice(1)
        .map(({ MetricStat }: { MetricStat: { Metric: { MetricName: string } } }) => MetricStat.Metric.MetricName),
    ).toEqual(['RequestCount', 'HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count']);
  });

  test('latency measures the 99th percentile', () => {
    expect(alarm('latency')).toMatchObject({ MetricName: 'TargetResponseTime', ExtendedStatistic: 'p99', Period: 60 });
  });

  test('the dashboard is named after the version', () => {
    expect(only('AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('modelapp-1-2-0');
  });
});
