import type { Answerer, LoopbackAnswer } from '../support/loopback';
import type { FakeClock } from './fake-clock';

export const fleetId = 'fleet-1';

type Lifecycle = 'on-demand' | 'spot';

/** A machine of the fleet, from its start until it is gone. */
export interface FakeMachine {
  readonly id: string;
  readonly lifecycle: Lifecycle;
  /** Whether it has joined the cluster. */
  joined: boolean;
  ending: boolean;
}

/** Seconds that a machine takes to join the cluster, and to end. */
const [joinSeconds, endSeconds] = [60, 40];

/** An EC2 fleet of type `maintain`: it has as many machines as it is told, where there are any to have. */
export class FakeFleet {
  readonly machines: FakeMachine[] = [];
  target: Record<Lifecycle, number> = { 'on-demand': 0, spot: 0 };
  /** The highest capacity that was ever asked for. */
  highest = 0;
  /** How many machines AWS has of each kind. */
  available: Record<Lifecycle, number> = { 'on-demand': 1000, spot: 1000 };
  /** Whether machines end when they are told to. */
  endsMachines = true;
  /** Runs when a machine goes. */
  gone: (machine: FakeMachine) => void = () => {};
  #launched = 0;

  constructor(private readonly clock: FakeClock) {}

  /** What the fleet is to have in all. */
  get total(): number {
    return this.target['on-demand'] + this.target.spot;
  }

  readonly answerer: Answerer = ({ headers, body }) => {
    if (!String(headers.authorization).includes('/ec2/')) return undefined;
    const form = new URLSearchParams(body.toString());
    const action = form.get('Action');
    if (form.get('FleetId') !== fleetId && form.get('FleetId.1') !== fleetId) return refusal;
    switch (action) {
      case 'ModifyFleet':
        return this.modify(form);
      case 'DescribeFleets':
        return answer(
          action,
          `<fleetSet><item><fleetId>${fleetId}</fleetId><targetCapacitySpecification><totalTargetCapacity>${this.total}</totalTargetCapacity></targetCapacitySpecification></item></fleetSet>`,
        );
      case 'DescribeFleetInstances':
        return this.describeMachines(action, Number(form.get('NextToken') ?? 0));
      default:
        return undefined;
    }
  };

  /** AWS takes a machine back. */
  take(machine: FakeMachine): void {
    if (machine.ending) return;
    machine.ending = true;
    this.clock.after(endSeconds, () => {
      this.machines.splice(this.machines.indexOf(machine), 1);
    });
    this.gone(machine);
    this.fill();
  }

  private modify(form: URLSearchParams): LoopbackAnswer {
    const number = (name: string) => Number(form.get(`TargetCapacitySpecification.${name}`));
    if (form.get('ExcessCapacityTerminationPolicy') !== 'termination') return refusal;
    this.target = { 'on-demand': number('OnDemandTargetCapacity'), spot: number('SpotTargetCapacity') };
    if (this.total !== number('TotalTargetCapacity')) return refusal;
    this.highest = Math.max(this.highest, this.total);
    this.fill();
    return answer('ModifyFleet', '<return>true</return>');
  }

  /** Brings the machines to what they are to be. */
  fill(): void {
    for (const lifecycle of ['on-demand', 'spot'] as const) {
      const running = this.machines.filter((machine) => machine.lifecycle === lifecycle && !machine.ending);
      const wanted = Math.min(this.target[lifecycle], this.available[lifecycle]);
      for (let missing = wanted - running.length; missing > 0; missing--) this.launch(lifecycle);
      if (this.endsMachines) for (const machine of running.slice(this.target[lifecycle])) this.take(machine);
    }
  }

  private launch(lifecycle: Lifecycle): void {
    const machine: FakeMachine = { id: `i-${++this.#launched}`, lifecycle, joined: false, ending: false };
    this.machines.push(machine);
    this.clock.after(joinSeconds, () => {
      machine.joined = !machine.ending;
    });
  }

  /** Two machines to a page. */
  private describeMachines(action: string, from: number): LoopbackAnswer {
    const items = this.machines
      .slice(from, from + 2)
      .map(({ id }) => `<item><instanceId>${id}</instanceId></item>`)
      .join('');
    const next = from + 2 < this.machines.length ? `<nextToken>${from + 2}</nextToken>` : '';
    return answer(action, `<activeInstanceSet>${items}</activeInstanceSet>${next}`);
  }
}

const answer = (action: string, xml: string): LoopbackAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${xml}</${action}Response>`,
});

const refusal: LoopbackAnswer = {
  status: 400,
  headers: { 'content-type': 'text/xml' },
  body: '<Response><Errors><Error><Code>InvalidParameterValue</Code><Message>refused</Message></Error></Errors></Response>',
};
