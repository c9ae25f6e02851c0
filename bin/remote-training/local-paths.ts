import { basename } from 'node:path';
import type { Conf, DataConf } from '../../training/conf/conf';
import { CommandError, ExitCode } from '../failure';

/** What a job reads, by the field that names it. */
function placesOf(conf: Conf): [field: string, place: string][] {
  const files = (field: string, data: DataConf | undefined) =>
    (data?.files ?? []).map((file): [string, string] => [field, file]);
  const weights = conf.kind === 'batch' && conf.initialWeights.type === 'FILE' ? [conf.initialWeights.file] : [];
  return [
    ...(conf.kind === 'evaluation' ? [] : files('training_data', conf.trainingData)),
    ...files('validation_data', conf.validationData),
    ...(conf.modelInput ?? []).map((file): [string, string] => ['model_input', file]),
    ...weights.map((file): [string, string] => ['init_w', file]),
  ];
}

/**
 * Refuses a configuration whose data lies on this machine, where a job in AWS does not find it. The place of the model may
 * be here: it is brought there.
 * @throws {CommandError} that names each path, and how it gets to S3
 */
export function refuseLocalPaths(conf: Conf, confFile: string, bucket: string): void {
  const local = placesOf(conf).filter(([, place]) => !place.startsWith('s3://'));
  if (local.length === 0) return;
  const lines = local.map(
    ([field, place]) =>
      `${confFile}: ${field}: ${place} is on this machine: modelapp upload ${place} s3://${bucket}/data/, and write s3://${bucket}/data/${basename(place)}`,
  );
  throw new CommandError(lines.join('\n'), ExitCode.usage);
}
