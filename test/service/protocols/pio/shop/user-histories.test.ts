import fc from 'fast-check';
import { type UserEvent, UserHistories } from '../../../../../service/protocols/pio/shop/user-histories';

const meanings = { seen: ['buy', 'view'], viewed: ['view'] };

const events = fc
  .array(
    fc.record({
      event: fc.constantFrom('view', 'buy', 'rate'),
      user: fc.constantFrom('ada', 'ben'),
      item: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'),
      time: fc.nat(20),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map((event, seq): UserEvent => ({ ...event, seq })));

test('Views count by time and then by number, seen items in any order', () => {
  fc.assert(
    fc.property(events, (all) => {
      const histories = new UserHistories(meanings, 1_000);
      for (const event of all) histories.add(event);

      const ofAda = all.filter(({ user }) => user === 'ada');
      const views = ofAda.filter(({ event }) => event === 'view').sort((a, b) => b.time - a.time || b.seq - a.seq);
      expect(histories.lastViewed('ada')).toEqual([...new Set(views.slice(0, 10).map(({ item }) => item))]);
      for (const item of 'abcdefghijklm') {
        const isSeen = ofAda.some((event) => event.item === item && event.event !== 'rate');
        expect(histories.hasSeen('ada', item)).toBe(isSeen);
      }
    }),
  );
});

test('Users who did nothing for longest are forgotten first, and no more than the limit is kept', () => {
  const histories = new UserHistories({ seen: ['buy'], viewed: [] }, 3);
  const buy = (user: string, item: string, seq: number) => histories.add({ event: 'buy', user, item, seq, time: seq });

  buy('ada', 'a', 1);
  buy('ben', 'a', 2);
  buy('ada', 'b', 3);
  buy('eve', 'a', 4);

  expect(['ada', 'ben', 'eve'].map((user) => histories.hasSeen(user, 'a'))).toEqual([true, false, true]);
  expect([histories.size, histories.forgotten]).toEqual([3, 1]);
});

test('A user who is forgotten has seen nothing', () => {
  const histories = new UserHistories(meanings, 10);
  histories.add({ event: 'view', user: 'ada', item: 'a', seq: 1, time: 1 });

  histories.forget('ada');

  expect([histories.hasSeen('ada', 'a'), histories.lastViewed('ada'), histories.size]).toEqual([false, [], 0]);
});
