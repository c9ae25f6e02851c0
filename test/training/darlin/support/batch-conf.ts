import type { BatchConf } from '../../../../training/conf/conf';
import { parseConf } from '../../../../training/conf/parse-conf';
import { batchText } from '../../conf/texts';

const text = batchText({ training_data: 'format: TEXT text: SPARSE_BINARY file: "data/part.*"' });

/** A batch training with the defaults of a configuration. */
export const batchConf = parseConf(text, 'batch.conf').conf as BatchConf;
