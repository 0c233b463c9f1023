"""The codec of records, by the same vectors as packages/core/test/records.test.ts."""

import json
import os
import unittest

from hpcnb_launch import records

VECTORS = os.path.join(os.path.dirname(__file__), "../../../core/test/records.json")


class Records(unittest.TestCase):
    def setUp(self):
        with open(VECTORS, encoding="utf-8") as file:
            self.vectors = json.load(file)

    def text(self, vector):
        size, digest = self.vectors["size"], vector["digest"]
        return f"{vector['json'].ljust(size - len(digest) - 1)}{digest}\n".encode("ascii")

    def test_they_have_this_size(self):
        self.assertEqual(records.RECORD_SIZE, self.vectors["size"])

    def test_they_are_read_whoever_has_written_them(self):
        for vector in self.vectors["records"]:
            with self.subTest(vector["what"], by=vector["writtenBy"]):
                found = records.decode(self.text(vector), self.vectors["run"])
                self.assertEqual(found, (vector["record"], None))

    def test_they_are_written(self):
        for vector in self.vectors["records"]:
            if vector["writtenBy"] == "Python":
                with self.subTest(vector["what"]):
                    self.assertEqual(records.encode(vector["record"]), self.text(vector))

    def test_what_is_none_is_not_believed(self):
        for vector in self.vectors["none"]:
            with self.subTest(vector["what"]):
                record, reason = records.decode(self.text(vector), self.vectors["run"])
                self.assertIsNone(record)
                self.assertTrue(reason)
