import { formatJson } from '../../../../../service/events/format/json';
import { fromMailChimp } from '../../../../../service/events/format/webhooks/mailchimp';

const convert = (form: Record<string, string>) => JSON.parse(formatJson(fromMailChimp(Object.entries(form))));
const common = { fired_at: '2009-03-26 21:35:57' };
const eventTime = '2009-03-26T21:35:57Z';
const user = { 'data[id]': 'u1', 'data[list_id]': 'l1' };
const profile = {
  'data[email]': 'a@b.c',
  'data[email_type]': 'html',
  'data[merges][EMAIL]': 'a@b.c',
  'data[merges][FNAME]': 'Ann',
  'data[ip_opt]': '10.0.0.1',
};
const profileProperties = {
  email: 'a@b.c',
  email_type: 'html',
  merges: { EMAIL: 'a@b.c', FNAME: 'Ann' },
  ip_opt: '10.0.0.1',
};
const ofUser = { entityType: 'user', entityId: 'u1', targetEntityType: 'list', targetEntityId: 'l1', eventTime };

test.each<[string, Record<string, string>, object]>([
  [
    'subscribe',
    { ...user, ...profile, 'data[ip_signup]': '10.0.0.2', 'data[action]': 'x' },
    { ...ofUser, properties: { ...profileProperties, ip_signup: '10.0.0.2' } },
  ],
  ['profile', { ...user, ...profile, 'data[ip_signup]': 'x' }, { ...ofUser, properties: profileProperties }],
  [
    'unsubscribe',
    { ...user, ...profile, 'data[action]': 'unsub', 'data[reason]': 'manual', 'data[campaign_id]': 'c1' },
    { ...ofUser, properties: { ...profileProperties, action: 'unsub', reason: 'manual', campaign_id: 'c1' } },
  ],
  ['subscribe', user, { ...ofUser, properties: {} }],
  [
    'upemail',
    { 'data[new_id]': 'u1', 'data[list_id]': 'l1', 'data[new_email]': 'n@b.c', 'data[old_email]': 'o@b.c' },
    { ...ofUser, properties: { new_email: 'n@b.c', old_email: 'o@b.c' } },
  ],
  [
    'cleaned',
    { 'data[list_id]': 'l1', 'data[campaign_id]': 'c1', 'data[reason]': 'hard', 'data[email]': 'a@b.c' },
    {
      entityType: 'list',
      entityId: 'l1',
      properties: { campaignId: 'c1', reason: 'hard', email: 'a@b.c' },
      eventTime,
    },
  ],
  [
    'campaign',
    { ...user, 'data[subject]': 'News', 'data[status]': 'sent', 'data[reason]': '' },
    { ...ofUser, entityType: 'campaign', properties: { subject: 'News', status: 'sent', reason: '' } },
  ],
])('%s with %j becomes an event', (type, fields, event) => {
  expect(convert({ ...common, type, ...fields })).toEqual({ event: type, ...event });
});

test('merges may lie within each other', () => {
  const merges = { 'data[merges][GROUPINGS][0][name]': 'Colours', 'data[merges][GROUPINGS][0][__proto__]': 'x' };
  const event = formatJson(fromMailChimp(Object.entries({ ...common, ...user, type: 'profile', ...merges })));
  expect(event).toContain('"merges":{"GROUPINGS":{"0":{"name":"Colours","__proto__":"x"}}}');
});

test('of a repeated field the first counts', () => {
  const form = Object.entries({ ...common, ...user, type: 'profile' });
  const event = fromMailChimp([...form, ['type', 'subscribe'], ['data[id]', 'u2']]);
  expect([event.get('event'), event.get('entityId')]).toEqual(['profile', 'u1']);
});

const subscribe = { ...common, ...user, type: 'subscribe' };
const missing = (field: string) => `The field '${field}' is required for MailChimp data.`;

test.each<[string, Record<string, string>]>([
  [missing('type'), { ...subscribe, type: '' }],
  ['Cannot convert unknown MailChimp data type toString to event JSON', { ...subscribe, type: 'toString' }],
  [missing('fired_at'), { ...subscribe, fired_at: '' }],
  ["The field 'fired_at' must be a time like 2009-03-26 21:35:57, not today", { ...subscribe, fired_at: 'today' }],
  [
    "The field 'fired_at' must be a time like 2009-03-26 21:35:57, not 2009-02-30 21:35:57",
    { ...subscribe, fired_at: '2009-02-30 21:35:57' },
  ],
  [missing('data[id]'), { ...subscribe, 'data[id]': '' }],
  [missing('data[list_id]'), { ...subscribe, 'data[list_id]': '' }],
  [missing('data[new_id]'), { ...subscribe, type: 'upemail' }],
  [missing('data[list_id]'), { ...common, type: 'cleaned' }],
  [missing('data[id]'), { ...common, type: 'campaign', 'data[list_id]': 'l1' }],
  [
    "The field 'data[merges][A][B]' is both a value and an object.",
    { ...subscribe, 'data[merges][A]': '1', 'data[merges][A][B]': '2' },
  ],
  [
    "The field 'data[merges][A]' is both a value and an object.",
    { ...subscribe, 'data[merges][A][B]': '1', 'data[merges][A]': '2' },
  ],
  [
    `The field 'data[merges]${'[a]'.repeat(11)}' is nested too deep.`,
    { ...subscribe, [`data[merges]${'[a]'.repeat(11)}`]: '1' },
  ],
])('%s', (message, form) => {
  expect(() => convert(form)).toThrow(expect.objectContaining({ message }));
});
