import type { ProgressRow } from '../online/progress-row';
import { scientific } from './scientific';

/** The head of the table that shows how online training goes. */
export const onlineTableHead = ' sec  examples    loss      auc   accuracy   |w|_0  updt ratio';

/** A row of the table, in the columns of the original parameter server. */
export const onlineTableRow = ({ sec, examples, loss, auc, accuracy, nonzeros, updateRatio }: ProgressRow): string =>
  [
    String(Math.round(sec)).padStart(4),
    scientific(examples, 2),
    scientific(loss, 3),
    fixed(auc),
    fixed(accuracy),
    scientific(nonzeros, 2),
    scientific(updateRatio, 2),
  ].join('  ');

/** A row as an object on a line. */
export const onlineTableObject = ({ sec, examples, loss, auc, accuracy, nonzeros, updateRatio }: ProgressRow): string =>
  JSON.stringify({ type: 'progress', sec, examples, loss, auc, accuracy, nonzeros, updateRatio });

const fixed = (value: number): string => (Number.isNaN(value) ? 'nan' : value.toFixed(4));
