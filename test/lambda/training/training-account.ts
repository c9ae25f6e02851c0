import { FakeS3 } from '../support/fake-s3';
import { FakeTopic } from '../support/fake-topic';
import type { Answerer } from '../support/loopback';
import { FakeClock } from './fake-clock';
import { FakeCluster } from './fake-cluster';
import { FakeEventBus } from './fake-event-bus';
import { FakeExecutions } from './fake-executions';
import { FakeFleet } from './fake-fleet';
import { FakeZone } from './fake-zone';

export const topicArn = 'arn:aws:sns:eu-central-1:111111111111:notices';

/** As much of an AWS account as training jobs work on, with a time of its own. */
export class TrainingAccount {
  readonly clock = new FakeClock();
  readonly fleet = new FakeFleet(this.clock);
  readonly cluster = new FakeCluster(this.clock, this.fleet);
  readonly executions = new FakeExecutions();
  readonly zone = new FakeZone();
  readonly events = new FakeEventBus();
  readonly artifacts = new FakeS3();
  readonly topic = new FakeTopic(topicArn);
  /** Answers before anybody else does. */
  intercept: Answerer = () => undefined;

  readonly answerer: Answerer = async (request) => {
    const services = [this.fleet, this.cluster, this.executions, this.zone, this.events, this.topic, this.artifacts];
    const intercepted = await this.intercept(request);
    if (intercepted) return intercepted;
    for (const { answerer } of services) {
      const answer = await answerer(request);
      if (answer) return answer;
    }
    return undefined;
  };

  /** What costs money. */
  get costs(): { readonly target: number; readonly machines: number; readonly tasks: number } {
    return { target: this.fleet.total, machines: this.fleet.machines.length, tasks: this.cluster.live.length };
  }
}

/** Nothing costs money any more. */
export const nothing = { target: 0, machines: 0, tasks: 0 };
