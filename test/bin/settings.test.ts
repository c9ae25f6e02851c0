import { resolve } from 'node:path';
import { readSettings } from '../../bin/settings';

describe('the place of the data', () => {
  test('is not the working directory if the variables are empty', async () => {
    const environment = { MODELAPP_DATA: '', MODELAPP_MODEL_LOCATION: '', MODELAPP_DATABASE_URL: '' };

    expect(await readSettings({}, environment)).toMatchObject({
      dataDirectory: resolve('.modelapp'),
      modelLocation: resolve('.modelapp/models'),
      database: undefined,
    });
  });

  test('is not the working directory if the option is empty', async () => {
    expect(await readSettings({ data: '' }, {})).toMatchObject({ dataDirectory: resolve('.modelapp') });
  });
});
