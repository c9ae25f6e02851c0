"""What PredictionIO's client for Python does with an event server; EVENTS_URL, ACCESS_KEY and EXPORT_FILE say with which."""

import os
import unittest
from datetime import datetime, timedelta, timezone

from predictionio import EventClient, FileExporter, NotCreatedError, NotFoundError

URL = os.environ["EVENTS_URL"]
KEY = os.environ["ACCESS_KEY"]

PROPERTIES = {
    "prop1": 1,
    "prop2": "väl\n日本",
    "prop3": [1, 2, 3],
    "prop4": True,
    "prop5": ["a", "b", "c"],
    "prop6": 4.56,
}


class EventClientTest(unittest.TestCase):
    def setUp(self):
        self.client = EventClient(access_key=KEY, url=URL)
        self.addCleanup(self.client.close)

    def test_the_server_is_alive(self):
        self.assertEqual(self.client.get_status(), {"status": "alive"})

    def test_an_event_comes_back_as_it_was_sent(self):
        time = datetime(2004, 12, 13, 21, 39, 45, 618999, tzinfo=timezone(timedelta(hours=-7)))
        created = self.client.create_event(
            event="my_event",
            entity_type="user",
            entity_id="uid",
            target_entity_type="item",
            target_entity_id="iid",
            properties=PROPERTIES,
            event_time=time,
        )
        self.assertEqual(created.status, 201)

        event = self.client.get_event(created.json_body["eventId"])

        del event["eventId"], event["creationTime"]
        self.assertEqual(
            event,
            {
                "event": "my_event",
                "entityType": "user",
                "entityId": "uid",
                "targetEntityType": "item",
                "targetEntityId": "iid",
                "properties": PROPERTIES,
                "eventTime": "2004-12-13T21:39:45.618-07:00",
            },
        )

    def test_an_event_is_deleted_once(self):
        event_id = self.client.create_event(event="e", entity_type="user", entity_id="u").json_body["eventId"]

        self.assertEqual(self.client.delete_event(event_id), b'{"message":"Found"}')

        self.assertRaises(NotFoundError, self.client.delete_event, event_id)
        self.assertRaises(NotFoundError, self.client.get_event, event_id)

    def test_a_channel_keeps_its_events_apart(self):
        backup = EventClient(access_key=KEY, url=URL, channel="backup")
        self.addCleanup(backup.close)

        event_id = backup.create_event(event="e", entity_type="user", entity_id="in a channel").json_body["eventId"]

        self.assertEqual(backup.get_event(event_id)["entityId"], "in a channel")
        self.assertRaises(NotFoundError, self.client.get_event, event_id)

    def test_events_are_listed_by_entity_and_time_in_both_orders(self):
        first = datetime(2030, 1, 1, tzinfo=timezone.utc)
        for minute in range(3):
            self.client.create_event(
                event="listed%d" % minute,
                entity_type="user",
                entity_id="lister",
                event_time=first + timedelta(minutes=minute),
            )

        def names(**filters):
            events = self.client.get_events(entityType="user", entityId="lister", **filters)
            return [event["event"] for event in events]

        self.assertEqual(names(), ["listed0", "listed1", "listed2"])
        self.assertEqual(names(limit=-1, reversed=True), ["listed2", "listed1", "listed0"])
        self.assertEqual(names(startTime="2030-01-01T00:01:00.000Z", limit=1), ["listed1"])
        self.assertEqual(names(untilTime="2030-01-01T00:01:00.000Z"), ["listed0"])

    def test_a_list_without_events_is_not_found(self):
        self.assertRaises(NotFoundError, self.client.get_events, entityType="user", entityId="nobody")

    def test_the_shortcuts_for_users_items_and_actions_create_events(self):
        created = [
            self.client.set_user("u1", {"age": 1, "city": "Oslo"}),
            self.client.unset_user("u1", {"city": None}),
            self.client.delete_user("u2"),
            self.client.set_item("i1", {"categories": [1, 2]}),
            self.client.unset_item("i1", {"categories": ""}),
            self.client.delete_item("i2"),
            self.client.record_user_action_on_item("rate", "u1", "i1", {"rating": 4.5}),
        ]

        self.assertEqual([response.status for response in created], [201] * 7)
        events = [self.client.get_event(response.json_body["eventId"]) for response in created]
        self.assertEqual(
            [(event["event"], event["entityType"]) for event in events],
            [(name, kind) for kind in ("user", "item") for name in ("$set", "$unset", "$delete")] + [("rate", "user")],
        )

    def test_many_requests_at_once_are_all_answered(self):
        client = EventClient(access_key=KEY, url=URL, threads=8, qsize=500)
        self.addCleanup(client.close)

        requests = [
            client.arecord_user_action_on_item("view", "u%d" % n, "i%d" % n, {"n": n}) for n in range(400)
        ]

        self.assertEqual(len({request.get_response().json_body["eventId"] for request in requests}), 400)

    def test_what_cannot_be_stored_is_not_created(self):
        self.assertRaises(NotCreatedError, self.client.create_event, event="$other", entity_type="u", entity_id="u")
        stranger = EventClient(access_key="not-a-key-of-this-server", url=URL)
        self.addCleanup(stranger.close)
        self.assertRaises(NotCreatedError, stranger.create_event, event="e", entity_type="u", entity_id="u")


class FileExporterTest(unittest.TestCase):
    def test_events_are_written_to_a_file(self):
        exporter = FileExporter(os.environ["EXPORT_FILE"])
        for n in range(3):
            exporter.create_event(
                event="exported",
                entity_type="user",
                entity_id="u%d" % n,
                properties=PROPERTIES,
                event_time=datetime(2020, 1, 1, 0, 0, n, tzinfo=timezone.utc),
            )
        exporter.close()


if __name__ == "__main__":
    unittest.main()
