import { columns } from './online/lines';
import { measureObserving } from './online/observing';
import { measurePredicting } from './online/predicting';
import { measureRanking } from './online/ranking';
import { measureSwitching } from './online/switching';
import { measureVisibility } from './online/visibility';
import { runTable } from './options';

/* Users who learn online: how fast they are observed and answered, and what a switch of revisions costs. */

runTable(columns, {
  observe: measureObserving,
  rank: measureRanking,
  visible: measureVisibility,
  switch: measureSwitching,
  // The last, as it keeps this program on one core.
  predict: measurePredicting,
});
