import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

const sns = new SNSClient();

/** Tells on the topic `Notices` what the guard found, and that it has stopped it. */
export async function publishFindings(topic: string, findings: readonly string[]): Promise<void> {
  for (const finding of findings) console.log(finding);
  const Message = [
    'The budget guard has stopped what cost money without need:',
    ...findings.map((finding) => `- ${finding}`),
    '',
    'Tasks end now, and machines within some minutes. A job that was stopped leaves its checkpoints in jobs/ of the bucket.',
  ].join('\n');
  await sns.send(new PublishCommand({ TopicArn: topic, Subject: 'modelapp: training was stopped', Message }));
}
