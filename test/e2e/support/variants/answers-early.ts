/** Stands in for the prediction log: it says that a record is written before it is. */
import {
  openPredictionLog as open,
  type PredictionLog,
  type PredictionLogOptions,
} from '../../../../service/predictions/log';

export * from '../../../../service/predictions/log';

const delayMs = 500;

export function openPredictionLog(options: PredictionLogOptions): PredictionLog {
  const log = open(options);
  return {
    get state() {
      return log.state;
    },
    async append(record) {
      setTimeout(() => log.append(record), delayMs);
    },
    flush: () => log.flush(),
    close: () => log.close(),
  };
}
