"""
Clusters that are started in the notebook: what is offered to ipyparallel, and how their jobs
end with the notebook.
"""

import json
import os
import sys
import unittest

from support import InADirectory

from hpcnb_ipyparallel import notebook_pulse, offer_clusters
from hpcnb_launch import homes, records
from hpcnb_launch.report import Report


class Watching(InADirectory):
    def setUp(self):
        super().setUp()
        self.pulse = self.write(records.encode({"run": "r", "state": "waiting"}), "pulse.record")
        self.ended = []

    def watch(self, silence):
        parameters = {"run": "r", "pulseRecord": self.pulse, "silence": silence}
        notebook_pulse.watch_notebook(parameters, lambda: self.ended.append(True))

    def test_a_notebook_that_has_ended_ends_its_jobs_at_once(self):
        clock = self.simulate_time()
        Report(self.pulse, "r").publish("ended")
        self.watch(300)
        self.assertEqual((clock.now, self.ended), (0, [True]))

    def assert_ends_after_the_silence(self):
        clock = self.simulate_time()
        self.watch(300)
        self.assertEqual(self.ended, [True])
        self.assertGreaterEqual(clock.now, 300)
        self.assertLess(clock.now, 340)

    def test_a_notebook_that_is_not_heard_of_ends_its_jobs(self):
        self.assert_ends_after_the_silence()

    def test_a_pulse_that_cannot_be_read_is_none(self):
        os.unlink(self.pulse)
        self.assert_ends_after_the_silence()

    def test_a_notebook_that_beats_is_left_alone(self):
        publish = Report(self.pulse, "r").publish
        # It is alive for five times the silence that it may keep.
        clock = self.simulate_time(
            lambda now: publish("beating" if now < 1500 else "ended", now=now)
        )
        self.watch(300)
        self.assertEqual((clock.now, self.ended), (1500, [True]))


class Offering(InADirectory):
    def setUp(self):
        super().setUp()
        path = list(sys.path)
        self.addCleanup(lambda: sys.path.__setitem__(slice(None), path))
        os.environ.pop("HPCNB_USER_IPYTHONDIR", None)
        os.environ["IPYTHONDIR"] = self.path("users")
        os.environ["PYTHONPATH"] = "/mine"
        self.write(json.dumps({"ownEngines": 3}), "module", "hpcnb_launchers.json")

    def offer(self):
        security = homes.make_ipython_overlay(self.path("overlay"), "rnaseq")
        parameters = {
            "launchers": self.path("module"),
            "profile": "rnaseq",
            "cluster": True,
        }
        offer_clusters.offer(security, parameters)
        return self.read("overlay", "profile_rnaseq", "ipcluster_config.py")

    def test_kernels_find_the_launchers_behind_all_that_the_user_has(self):
        self.offer()
        self.assertEqual(os.environ["PYTHONPATH"], f"/mine{os.pathsep}{self.path('module')}")
        self.assertEqual(sys.path[-1], self.path("module"))

    def test_the_sessions_own_cluster_is_shown(self):
        self.offer()
        shown = json.loads(self.read("overlay", "profile_rnaseq", "security", "cluster-.json"))
        self.assertEqual(shown["cluster"]["cluster_id"], "")
        self.assertEqual(shown["engines"]["sets"]["session"]["n"], 3)

    def test_the_users_own_configuration_stays_and_has_the_last_word(self):
        mine = self.write("mine", "users", "profile_rnaseq", "ipcluster_config.py")
        for _start in range(2):
            text = self.offer()
            self.assertTrue(text.endswith(f"load_subconfig({mine!r})\n"))
        self.assertEqual(self.read("users", "profile_rnaseq", "ipcluster_config.py"), "mine")

    def test_clusters_of_an_earlier_run_are_forgotten(self):
        stale = [
            self.write("{}", "overlay", "profile_rnaseq", "security", name)
            for name in ("cluster-1.json", "ipcontroller-1-client.json")
        ]
        self.offer()
        self.assertFalse(any(map(os.path.exists, stale)))


if __name__ == "__main__":
    unittest.main()
