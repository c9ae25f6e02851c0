import type { Answerer, LoopbackAnswer } from '../support/loopback';

export const zoneId = 'Z1';
const path = `/2013-04-01/hostedzone/${zoneId}/rrset`;

/** A hosted zone of Route 53 with names of hosts. */
export class FakeZone {
  readonly hosts = new Map<string, string>();

  readonly answerer: Answerer = ({ method, path: asked, body }) => {
    if (asked.replace(/\/$/, '') !== path) return undefined;
    return method === 'GET' ? this.list() : this.change(body.toString());
  };

  private list(): LoopbackAnswer {
    const own = `<ResourceRecordSet><Name>modelapp.internal.</Name><Type>SOA</Type><TTL>900</TTL><ResourceRecords><ResourceRecord><Value>ns</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`;
    const hosts = [...this.hosts].map(([name, address]) => record(name, address)).join('');
    return answer('ListResourceRecordSets', `<ResourceRecordSets>${own}${hosts}</ResourceRecordSets>`);
  }

  private change(xml: string): LoopbackAnswer {
    const changes = xml.matchAll(/<Action>(\w+)<\/Action>.*?<Name>(.*?)<\/Name>.*?<Value>(.*?)<\/Value>/g);
    for (const [, action, name = '', address = ''] of changes) {
      if (action === 'UPSERT') this.hosts.set(name, address);
      else if (this.hosts.get(name) !== address) throw new Error(`${name} does not lead to ${address}`);
      else this.hosts.delete(name);
    }
    return answer('ChangeResourceRecordSets', '<ChangeInfo><Id>1</Id><Status>PENDING</Status></ChangeInfo>');
  }
}

const record = (name: string, address: string): string =>
  `<ResourceRecordSet><Name>${name}</Name><Type>A</Type><TTL>2</TTL><ResourceRecords><ResourceRecord><Value>${address}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`;

const answer = (action: string, xml: string): LoopbackAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<${action}Response xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${xml}</${action}Response>`,
});
