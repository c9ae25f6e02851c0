import { type ISecurityGroup, type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { enginePorts, storePort, type TaskRole } from '../../../config/training/training-task';

/** Where servers of a cluster tell each other how they are: always so far above their port. */
const busPort = storePort + 10_000;

/** Who may talk to whom within a job; nobody else may talk to any of its tasks. */
export class TaskSecurityGroups extends Construct {
  readonly byRole: Readonly<Record<TaskRole, ISecurityGroup>>;
  /** Of the task that trains a model, which nobody talks to. */
  readonly trainer: ISecurityGroup;

  constructor(scope: Construct, id: string, vpc: IVpc) {
    super(scope, id);
    const group = (role: TaskRole): SecurityGroup =>
      new SecurityGroup(this, role, { vpc, description: `The ${role} of a training job: open to its other tasks` });
    const [scheduler, server, worker] = [group('scheduler'), group('server'), group('worker')];
    this.trainer = new SecurityGroup(this, 'trainer', { vpc, description: 'What trains a model: open to nobody' });
    this.byRole = { scheduler, server, worker };
    for (const client of [scheduler, worker]) server.addIngressRule(client, Port.tcp(storePort), 'Parameters');
    server.addIngressRule(server, Port.tcp(storePort), 'Replicas');
    server.addIngressRule(server, Port.tcp(busPort), 'Health of a cluster');
    const ports = Port.tcpRange(enginePorts.first, enginePorts.last);
    for (const to of Object.values(this.byRole)) {
      for (const from of Object.values(this.byRole)) to.addIngressRule(from, ports, 'Other engines');
    }
  }
}
