import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';

const route53 = new Route53Client();

/** A name, and the address that it leads to. */
export interface HostAddress {
  readonly host: string;
  readonly address: string;
}

/** Seconds that an answer may be kept: a task that is started again has another address. */
const timeToLive = 2;

/** Makes names lead to addresses, in place of those that they led to. */
export const pointHosts = (zone: string, hosts: readonly HostAddress[]): Promise<void> =>
  change(
    zone,
    'UPSERT',
    hosts.map(({ host, address }) => ({
      Name: host,
      Type: 'A',
      TTL: timeToLive,
      ResourceRecords: [{ Value: address }],
    })),
  );

/** Removes all names, without which the zone can be deleted. */
export async function forgetHosts(zone: string): Promise<void> {
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
  await change(
    zone,
    'DELETE',
    ResourceRecordSets.filter(({ Type }) => Type === 'A'),
  );
}

async function change(zone: string, Action: ChangeAction, records: readonly ResourceRecordSet[]): Promise<void> {
  if (records.length === 0) return;
  const Changes = records.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }));
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }));
}
