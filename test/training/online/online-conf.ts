import type { OnlineConf } from '../../../training/conf/conf';
import { parseConf } from '../../../training/conf/parse-conf';

/** FTRL over LIBSVM files, with what else a test asks for. */
export function onlineConf(file: string, changes: Partial<OnlineConf> = {}): OnlineConf {
  const { conf } = parseConf(
    `training_data { format: TEXT text: LIBSVM file: "${file}" }
     loss { type: LOGIT }
     penalty { type: L1 lambda: 0.1 lambda: 0.01 }
     learning_rate { type: DECAY alpha: 0.5 beta: 1 }
     async_sgd { algo: FTRL minibatch: 20 num_data_pass: 3 }`,
    'test.conf',
  );
  if (conf.kind !== 'online') throw new Error('it is a configuration of online training');
  return { ...conf, ...changes };
}
