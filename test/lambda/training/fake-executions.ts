import { type Answerer, json, jsonFailure } from '../support/loopback';

export const machineArn = 'arn:aws:states:eu-central-1:111111111111:stateMachine:modelapp-training';
export const executionArn = (name: string): string =>
  `arn:aws:states:eu-central-1:111111111111:execution:modelapp-training:${name}`;

interface FakeExecution {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  stopped?: { readonly error: string; readonly cause: string };
}

/** The executions of the state machine that run. */
export class FakeExecutions {
  readonly running: FakeExecution[] = [];
  readonly stopped: FakeExecution[] = [];

  readonly answerer: Answerer = ({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '');
    if (!target.startsWith('AWSStepFunctions.')) return undefined;
    const input = JSON.parse(body.toString());
    if (target.endsWith('.ListExecutions')) return this.list(input);
    if (target.endsWith('.StopExecution')) return this.stop(input);
    return undefined;
  };

  start(name: string, startedAt: number): void {
    this.running.push({ name, startedAt });
  }

  end(name: string): void {
    const index = this.running.findIndex((each) => each.name === name);
    if (index >= 0) this.running.splice(index, 1);
  }

  private list({ stateMachineArn, statusFilter }: { stateMachineArn: string; statusFilter: string }) {
    if (stateMachineArn !== machineArn || statusFilter !== 'RUNNING') return jsonFailure('StateMachineDoesNotExist');
    const executions = this.running.map(({ name, startedAt }) => ({
      executionArn: executionArn(name),
      stateMachineArn: machineArn,
      name,
      status: 'RUNNING',
      startDate: startedAt / 1000,
    }));
    // As AWS lists them: the youngest first.
    return json({ executions: executions.reverse() });
  }

  private stop({ executionArn: arn, error, cause }: { executionArn: string; error: string; cause: string }) {
    const found = this.running.find(({ name }) => executionArn(name) === arn);
    if (!found) return jsonFailure('ExecutionDoesNotExist');
    this.end(found.name);
    this.stopped.push({ ...found, stopped: { error, cause } });
    return json({ stopDate: 0 });
  }
}
