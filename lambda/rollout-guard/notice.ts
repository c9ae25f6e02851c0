import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Removal, Weights } from './guard-record';

const client = new SNSClient();

/** Tells on the topic `Notices` that a version left the split, and how to put it back. */
export async function publishNotice(topic: string, { version, ...removal }: Removal): Promise<void> {
  const Message = [
    `${version} takes no more traffic: the alarm ${removal.alarm} fired at ${removal.firedAt}.`,
    removal.reason,
    '',
    `Split before: ${specification(removal.before)}`,
    `Split now:    ${specification(removal.after)}`,
    '',
    `It does not come back by itself when the alarm is off again. Once ${version} is mended:`,
    `  modelapp split ${specification(versionsOf(removal.before))}`,
  ].join('\n');
  await client.send(new PublishCommand({ TopicArn: topic, Subject: `modelapp: ${version} left the split`, Message }));
}

/** `1.1.0:90,1.2.0:10`, as `modelapp split` takes it. */
const specification = (weights: Weights): string =>
  Object.entries(weights)
    .map(([version, weight]) => `${version}:${weight}`)
    .join(',');

/** Without target groups that are no version's. */
const versionsOf = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => !name.startsWith('arn:')));
