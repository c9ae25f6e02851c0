import { parseConf } from '../../../training/conf/parse-conf';
import { batchText } from './texts';

const conf = (text: string) => parseConf(text, 'ctr.conf').conf;

const warnings = (text: string) => parseConf(text, 'ctr.conf').warnings;

describe('the form of 2014', () => {
  const text = `app_name: "rcv1"
parameter_name: "w"
linear_method {
  training_data { format: TEXT text: LIBSVM file: "data/train" }
  loss { type: LOGIT }
  penalty { type: L1 lambda: 1 }
  learning_rate { type: CONSTANT eta: 1 }
  solver {}
}`;

  test('means the same as the later one', () => {
    expect(conf(text)).toEqual(conf(batchText()));
  });

  test('is told in warnings', () => {
    expect(warnings(text)).toEqual([
      'ctr.conf:1:1: "app_name" is of the form of 2014 and has no effect',
      'ctr.conf:2:1: "parameter_name" is of the form of 2014 and has no effect',
      'ctr.conf:3:1: "linear_method" is of the form of 2014; its fields may stand at the top level',
      'ctr.conf:7:34: "eta" is of the form of 2014; write "alpha"',
      'ctr.conf:8:3: "solver" is of the form of 2014; write "darlin"',
    ]);
  });
});

test('in the form of 2014 the settings of the solver may stand in two blocks', () => {
  const old = batchText().replace('darlin { ', 'darling { delta_init_value: 5 } solver { max_pass_of_data: 20 ');

  expect(conf(old)).toEqual(conf(batchText({ darlin: 'delta_init_value: 5 max_pass_of_data: 20' })));
});
