import { type Answerer, json } from './loopback';

/** CloudWatch with the alarms that are on; all others are off. */
export const fakeAlarms =
  (on: ReadonlySet<string>): Answerer =>
  ({ headers, body }) => {
    if (headers['x-amz-target'] !== 'GraniteServiceVersion20100801.DescribeAlarms') return undefined;
    const [AlarmName] = JSON.parse(body.toString()).AlarmNames;
    return json({ MetricAlarms: [{ AlarmName, StateValue: on.has(AlarmName) ? 'ALARM' : 'OK' }], CompositeAlarms: [] });
  };
