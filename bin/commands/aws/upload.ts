import { Command } from 'commander';
import type { UploadOptions } from '../../upload/upload';

const help = `
A folder's files keep their names below the address; a file goes to the address itself, or below it if it ends with "/".
Files are private to the bucket's owner and encrypted. What is there with the same content is skipped.

Examples:
  modelapp upload data/train s3://my-bucket/ctr/train/
  modelapp upload data/test.gz s3://my-bucket/ctr/`;

/** `modelapp upload`: data from this machine to S3, where jobs read it. */
export const uploadCommand = (): Command =>
  new Command('upload')
    .description('upload a file or a folder to S3')
    .argument('<local>', 'a file or a folder')
    .argument('<address>', 'where it goes: s3://BUCKET/PREFIX/')
    .option('--region <region>', 'AWS region (default: AWS_REGION, the profile)')
    .option('--kms-key <key>', "id or ARN of the key of AWS KMS to encrypt with (default: S3's own key)")
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action(async (local: string, address: string, options: UploadOptions) =>
      (await import('../../upload/upload')).upload(local, address, options),
    );
