import { parseConf } from '../../../training/conf/parse-conf';
import { batchText, onlineText } from './texts';

const warnings = (text: string) => parseConf(text, 'ctr.conf').warnings;

const filter = 'type: FIXING_FLOAT num_bytes: 2 fixed_point { min_value: -2 } clear_cache_if_done: true';

test.each([
  [onlineText({ async_sgd: `algo: FTRL push_filter { ${filter} }` }), '"push_filter" has no effect'],
  [onlineText({ async_sgd: 'algo: FTRL pull_filter { type: NOISE mean: 0 std: 1 }' }), '"pull_filter" has no effect'],
  [
    batchText({ darlin: 'comm_filter { type: KEY_CACHING signature: 1 uncompressed_size: 2 }' }),
    '"comm_filter" has no',
  ],
  [
    batchText({ darlin: 'max_num_parallel_groups_in_preprocessing: 9' }),
    '"max_num_parallel_groups_in_preprocessing" has',
  ],
  [batchText({ darlin: 'max_data_buf_size_in_mb: 9' }), '"max_data_buf_size_in_mb" has no effect'],
  [onlineText({ training_data: 'format: TEXT text: VW file: "a" replica: 2' }), '"replica" has no effect'],
  [onlineText({ training_data: 'format: TEXT text: VW file: "a" csv {}' }), '"csv" has no effect: "text" is VW'],
  [batchText({ penalty: 'type: L1 lambda: 1 lambda: 2' }), 'only the first "lambda" has an effect'],
  [onlineText({ penalty: 'type: L2 lambda: 1 lambda: 2' }), 'only the first "lambda" has an effect'],
  [onlineText({ penalty: 'type: L1 lambda: [1, 2, 3]' }), 'only the first two "lambda" have an effect'],
  [`${batchText()} async_sgd { algo: FTRL }`, '"async_sgd" has no effect: "darlin" trains'],
  [`${onlineText()} local_cache { format: BIN file: "c" }`, '"local_cache" has no effect: only "darlin"'],
  [
    onlineText({ training_data: 'format: TEXT text: VW file: ["a", "day(1/part(.txt"]' }),
    '"day(1/part(.txt" is no regular expression (Unterminated group): only a file of that very name is read',
  ],
  [onlineText({ validation_data: 'format: TEXT text: VW file: "s3://b/a)b("' }), "(Unmatched ')')"],
  [onlineText({ model_input: 'format: TEXT file: "a[z-a]"' }), '(Range out of order in character class)'],
])('%s is used with a warning', (text, warning) => {
  expect(warnings(text)).toEqual([expect.stringContaining(warning)]);
});

test.each(['a.*', '*.gz', '{a,b}/**', 'day(1/part.*', 's3://b/c/'])('no warning is about the files %s', (file) => {
  expect(warnings(onlineText({ training_data: `format: TEXT text: VW file: "${file}"` }))).toEqual([]);
});
