/** What stands in the blocks of a configuration, by their names. */
type Blocks = Readonly<Record<string, string>>;

const blocks: Blocks = {
  training_data: 'format: TEXT text: LIBSVM file: "data/train"',
  loss: 'type: LOGIT',
  penalty: 'type: L1 lambda: 1',
};

const print = (all: Blocks): string =>
  Object.entries(all)
    .map(([name, inside]) => `${name} { ${inside} }`)
    .join('\n');

/** The shortest configuration of `async_sgd`, with other blocks in the place of its own; that of the learner is the fifth line. */
export const onlineText = (others: Blocks = {}): string =>
  print({ ...blocks, learning_rate: 'type: DECAY alpha: .1', async_sgd: 'algo: FTRL', ...others });

/** The shortest configuration of `darlin`, with other blocks in the place of its own. */
export const batchText = (others: Blocks = {}): string =>
  print({ ...blocks, learning_rate: 'type: CONSTANT alpha: 1', darlin: '', ...others });
