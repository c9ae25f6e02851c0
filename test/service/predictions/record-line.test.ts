import fc from 'fast-check';
import { maxKeyLength, parseRequest, recordLines } from '../../../service/predictions/record-line';
import { recordOf } from '../../support/prediction-records';

const arrival = Date.UTC(2024, 0, 2, 3, 4, 5, 6) * 1000 + 7;
const lastMicros = Date.UTC(9999, 11, 31) * 1000;

describe('recordLines', () => {
  test('writes the columns of the inputs and those of the outputs, a line each', () => {
    const record = recordOf({
      predictionId: '0193509e-8f0f-7b7b-8d6d-000000000001',
      finishedAt: Date.UTC(2024, 0, 2, 3, 4, 5, 500),
    });

    expect(recordLines(record, '0.1.0', arrival)).toBe(
      '0193509e-8f0f-7b7b-8d6d-000000000001\t2024-01-02T03:04:05.006007Z\toip\t0193509e-8f0f-7b7b-8d6d-000000000001\t0\tiris\t1\t{"x":1}\t\\N\tt\n' +
        '0193509e-8f0f-7b7b-8d6d-000000000001\t2024-01-02T03:04:05.500000Z\tsetosa\t0.1.0\t0193509e-8f0f-7b7b-8d6d-000000000001\t0\tiris\t1\toip\t0.25\n',
    );
  });

  test('numbers the samples of a request from 0', () => {
    const sample = { features: '{}', output: '1' };
    const lines = recordLines(recordOf({ samples: [sample, sample] }), '0.1.0', arrival).split('\n');

    expect([lines[0]?.split('\t')[4], lines[2]?.split('\t')[4]]).toEqual(['0', '1']);
  });

  test.each(['id', 'unit'] as const)('refuses an %s that no index could hold', (name) => {
    const record = recordOf({ [name]: 'x'.repeat(maxKeyLength + 1) });

    expect(() => recordLines(record, '0.1.0', arrival)).toThrow(
      new RangeError(`${name} is longer than 800 characters`),
    );
  });

  test.each([Date.UTC(10000, 0, 1), new Date('0000-12-31').getTime(), Number.NaN])(
    'refuses the request time %p, which ISO 8601 does not write with four digits',
    (requestTime) => {
      expect(() => recordLines(recordOf({ requestTime }), '0.1.0', arrival)).toThrow(RangeError);
    },
  );
});

describe('parseRequest', () => {
  test('reads back the request of any line', () => {
    const id = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(id, fc.integer({ min: -lastMicros / 1000, max: lastMicros }), (id, micros) => {
        const record = recordOf({ id, requestTime: micros / 1000, protocol: 'ml-aws' });
        const line = recordLines(record, '0.1.0', arrival).split('\n')[0] as string;

        expect(parseRequest(line)).toEqual({
          id,
          requestTimeMicros: Math.round((micros / 1000) * 1000),
          protocol: 'ml-aws',
          predictionId: record.predictionId,
        });
      }),
    );
  });
});
