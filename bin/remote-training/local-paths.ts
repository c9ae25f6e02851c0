import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
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

/** The command that brings what a place names to S3, and how it is named there. */
function wayToS3(place: string, prefix: string): { readonly upload: string; readonly write: string } {
  const isPattern = /[*?+^$|\\[\](){}]/.test(basename(place));
  if (!isPattern && !isFolder(place)) {
    return { upload: `modelapp upload ${place} ${prefix}`, write: `${prefix}${basename(place)}` };
  }
  const folder = isPattern ? dirname(place) : place;
  const target = `${prefix}${basename(resolve(folder))}/`;
  return { upload: `modelapp upload ${folder} ${target}`, write: isPattern ? target + basename(place) : target };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Refuses a configuration whose data lies on this machine, where a job in AWS does not find it. The place of the model may
 * be here: it is brought there.
 * @throws {CommandError} that names each path, and how it gets to S3
 */
export function refuseLocalPaths(conf: Conf, confFile: string, bucket: string): void {
  const local = placesOf(conf).filter(([, place]) => !place.startsWith('s3://'));
  if (local.length === 0) return;
  const lines = local.map(([field, place]) => {
    const { upload, write } = wayToS3(place, `s3://${bucket}/data/`);
    return `${confFile}: ${field}: ${place} is on this machine: ${upload}, and write ${write}`;
  });
  throw new CommandError(lines.join('\n'), ExitCode.usage);
}
