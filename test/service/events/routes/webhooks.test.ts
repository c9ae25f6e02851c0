import { createTestKey, givenEventService } from '../../../support/event-service';

const given = givenEventService();

const track = {
  version: '1',
  type: 'track',
  sent_at: '2024-01-01T00:00:00Z',
  timestamp: '2024-01-01T00:00:00Z',
  user_id: 'u1',
  event: 'Signed Up',
};
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const upemail =
  'type=upemail&fired_at=2009-03-26+22%3A15%3A09&data[list_id]=l1&data[new_id]=n1&data[new_email]=a@b.c&data[old_email]=d@e.f';

async function storedBy(answer: { status: number; json: unknown }): Promise<unknown> {
  expect(answer).toMatchObject({ status: 201, json: { eventId: expect.any(String) } });
  const { eventId } = answer.json as { eventId: string };
  return (await given.service.send('GET', `/events/${eventId}.json?accessKey=${given.app.key}`)).json;
}

describe('Webhooks', () => {
  it('store what segment.io sends', async () => {
    const answer = await given.service.send('POST', `/webhooks/segmentio.json?accessKey=${given.app.key}`, track);

    expect(await storedBy(answer)).toMatchObject({ event: 'track', entityType: 'user', entityId: 'u1' });
  });

  it('store what MailChimp sends', async () => {
    const answer = await given.service.send(
      'POST',
      `/webhooks/mailchimp.form?accessKey=${given.app.key}`,
      upemail,
      form,
    );

    expect(await storedBy(answer)).toMatchObject({
      event: 'upemail',
      entityId: 'n1',
      targetEntityId: 'l1',
      eventTime: '2009-03-26T22:15:09.000Z',
    });
  });

  it.each(['%C3%A9', '\u00e9'])('take a form in UTF-8: %s', async (id) => {
    const path = `/webhooks/mailchimp.form?accessKey=${given.app.key}`;

    const answer = await given.service.send('POST', path, upemail.replace('n1', id), form);

    expect(await storedBy(answer)).toMatchObject({ entityId: '\u00e9' });
  });

  it.each(['%E9', '%C3', Buffer.from([0xe9])])('refuse a form that is not in UTF-8: %s', async (id) => {
    const path = `/webhooks/mailchimp.form?accessKey=${given.app.key}`;
    const body = Buffer.concat([Buffer.from(`${upemail}&data[new_email]=`), Buffer.from(id)]);

    const { status, json } = await given.service.send('POST', path, body, form);

    expect([status, json]).toEqual([400, { message: 'The request body is not a form in UTF-8.' }]);
  });

  it('answer Ok when they are looked at', async () => {
    for (const name of ['segmentio.json', 'mailchimp.form']) {
      const { status, text } = await given.service.send('GET', `/webhooks/${name}?accessKey=${given.app.key}`);
      expect([status, text]).toEqual([200, '{"message":"Ok"}']);
    }
  });

  it.each(['other.json', 'mailchimp.json', 'segmentio.form'])('do not know %s', async (name) => {
    for (const method of ['GET', 'POST']) {
      const { status, json } = await given.service.send(method, `/webhooks/${name}?accessKey=${given.app.key}`);
      const message = `webhooks connection for ${name.split('.')[0]} is not supported.`;
      expect([status, json]).toEqual([404, { message }]);
    }
  });

  it('take the type of their body alone', async () => {
    const answer = await given.service.send('POST', `/webhooks/mailchimp.form?accessKey=${given.app.key}`, {});

    expect([answer.status, answer.json]).toEqual([
      415,
      { message: 'The content type must be application/x-www-form-urlencoded.' },
    ]);
  });

  it('tell what is missing', async () => {
    const path = `/webhooks/segmentio.json?accessKey=${given.app.key}`;

    const { status, json } = await given.service.send('POST', path, { type: 'track' });

    expect([status, json]).toEqual([400, { message: 'Failed to get segment.io API version.' }]);
  });

  it('write only what the key may write', async () => {
    const key = await createTestKey(given.service.database.pool, given.app.id, ['buy']);

    const { status, json } = await given.service.send('POST', `/webhooks/segmentio.json?accessKey=${key}`, track);

    expect([status, json]).toEqual([403, { message: 'track events are not allowed' }]);
  });
});
