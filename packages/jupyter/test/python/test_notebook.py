"""What the notebook job's threads do for as long as the server runs."""

import errno
import os
import shutil
import socket
import types
import unittest.mock

from support import InADirectory

from hpcnb_app import applications
from hpcnb_app.notebook import NotebookJob
from hpcnb_ipyparallel import follow
from hpcnb_ipyparallel.follow import ClusterFollower, Line
from hpcnb_launch import directories, log, records
from hpcnb_launch.failure import HOST, Stopped
from hpcnb_launch.report import Report

STALE = OSError(errno.ESTALE, "Stale file handle")


class Threads(InADirectory):
    def setUp(self):
        super().setUp()
        self.said = []
        self.told = []
        self.reachable = True
        line = types.SimpleNamespace(is_there=lambda client: self.reachable)
        self.patch(log, say=self.said.append)
        self.patch(follow, Line=lambda: line)
        self.put("notebook.record", state="started")
        parameters = {
            "run": "r",
            "pointerRecord": self.path("cluster.record"),
            "saveScript": False,
        }
        self.job = NotebookJob(parameters, Report(self.path("notebook.record"), "r"), None)

    def put(self, name, **record):
        self.write(records.encode({"run": "r", **record}), name)

    def point(self, generation, *names):
        controller = self.path(*names)
        self.put("cluster.record", generation=generation, controllerRecord=controller)

    def test_the_server_is_announced_also_when_the_storage_fails_at_first(self):
        self.patch(applications, answers=lambda endpoint: True)
        storage = unittest.mock.patch("os.fsync", side_effect=STALE)
        storage.start()
        self.simulate_time(lambda now: now > 10 and storage.stop())
        self.job.announce(types.SimpleNamespace(port=8888), "JupyterLab 4")
        self.assertEqual(records.read(self.path("notebook.record"), "r")[0]["state"], "answering")
        self.assertEqual(len(self.said), 1)

    def test_kernels_listen_on_ports_where_their_sockets_have_no_room_and_the_job_says_so(self):
        os.environ["TMPDIR"] = self.root
        os.environ.pop("JUPYTER_RUNTIME_DIR", None)
        # Room for /tmp/hpcnb-12345678/nb.sock, but not for the sockets of a kernel there.
        self.patch(applications, answers=lambda endpoint: True)
        self.patch(directories, LONGEST_SOCKET_PATH=60)
        self.job.parameters["listen"] = "auto"
        kernels_have_sockets, reason = self.job.make_directory()
        self.addCleanup(shutil.rmtree, self.job.directory)
        self.assertEqual((kernels_have_sockets, reason), (False, None))
        self.assertNotIn("JUPYTER_RUNTIME_DIR", os.environ)
        application = types.SimpleNamespace(
            title="JupyterLab 4",
            has_sockets=lambda: True,
            socket_settings=lambda path: {"sock": path},
        )
        settings = self.job.choose_endpoint(application, reason)
        self.assertEqual(settings, {"sock": os.path.join(self.job.directory, "nb.sock")})
        self.job.announce(None, "JupyterLab 4")
        record, _reason = records.read(self.path("notebook.record"), "r")
        self.assertEqual(record["endpoint"]["kind"], "socket")
        self.assertRegex(
            record["note"],
            r"^Kernels listen on ports, where other users of .* would have \d+ bytes",
        )
        self.assertEqual(self.said, [record["note"]])

    def test_kernels_have_sockets_in_the_directory_also_when_the_server_listens_on_a_port(self):
        os.environ["TMPDIR"] = self.root
        self.job.parameters["listen"] = "port"
        self.assertEqual(self.job.make_directory(), (True, None))
        self.assertEqual(os.environ["JUPYTER_RUNTIME_DIR"], self.job.directory)
        self.assertEqual(os.path.dirname(self.job.directory), self.root)
        application = types.SimpleNamespace(port_settings=lambda port: {"port": port})
        self.job.choose_endpoint(application, None)
        self.assertEqual(self.job.endpoint(types.SimpleNamespace(port=8888))["kind"], "port")

    def follow(self, meanwhile):
        def pause(now):
            meanwhile(now)
            if now > 120:
                raise Stopped

        self.simulate_time(pause)
        os.makedirs(self.path("security"), exist_ok=True)
        follower = ClusterFollower(
            self.job.parameters, self.path("security"), lambda *told: self.told.append(told)
        )
        with self.assertRaises(Stopped):
            follower.run()

    def test_the_connection_is_written_also_when_the_storage_fails_at_first(self):
        self.point(1, "controller.record")
        self.put("controller.record", state="answering", client={"key": "k"})
        storage = unittest.mock.patch("os.replace", side_effect=STALE)
        storage.start()
        self.follow(lambda now: now > 10 and storage.stop())
        self.assertEqual(self.read("security", "ipcontroller-client.json"), '{"key": "k"}')
        self.assertEqual(len(self.said), 1)

    def test_a_connection_file_that_somebody_has_removed_is_no_error(self):
        self.point(1, "controller.record")
        path = self.path("security", "ipcontroller-client.json")

        def meanwhile(now):
            if now > 40:
                self.put("controller.record", state="answering", client={"key": "new"})
            elif now > 20:
                self.put("controller.record", state="failed")
            elif os.path.exists(path):
                os.unlink(path)

        self.put("controller.record", state="answering", client={"key": "old"})
        self.follow(meanwhile)
        self.assertEqual(self.read("security", "ipcontroller-client.json"), '{"key": "new"}')
        self.assertEqual(self.said, [])

    def test_a_controller_out_of_reach_is_told_after_some_tries_and_when_it_is_back(self):
        self.point(2, "cluster-2", "controller.record")
        self.put("cluster-2/controller.record", state="answering", client={"key": "k"})
        seen = []

        def meanwhile(now):
            self.reachable = not 30 < now < 80
            if self.told and len(seen) < len(self.told):
                seen.append((self.told[-1], now))

        self.follow(meanwhile)
        why = f"it can no longer be reached from the notebook's host {HOST}"
        self.assertEqual([what for what, _when in seen], [(2, why), (None, None)])
        self.assertTrue(50 <= seen[0][1] <= 65, seen)
        self.assertTrue(80 <= seen[1][1] <= 95, seen)

    def test_one_try_that_fails_is_not_believed(self):
        self.point(1, "controller.record")
        self.put("controller.record", state="answering", client={"key": "k"})

        def meanwhile(now):
            self.reachable = not 30 < now < 45

        self.follow(meanwhile)
        self.assertEqual(self.told, [])

    def test_what_is_told_of_the_cluster_is_published_once_the_server_answers(self):
        self.patch(applications, answers=lambda endpoint: True)
        self.simulate_time()

        def published():
            return records.read(self.path("notebook.record"), "r")[0]

        self.job.tell(unreachableCluster=1)
        self.assertEqual(published()["state"], "started")
        self.job.announce(types.SimpleNamespace(port=8888), "JupyterLab 4")
        self.assertEqual(published()["unreachableCluster"], 1)
        self.job.tell(unreachableCluster=None)
        self.assertEqual(
            (published()["unreachableCluster"], published()["server"]), (None, "JupyterLab 4")
        )


class Lines(InADirectory):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1)
        self.addCleanup(self.listener.close)
        self.client = {"location": "127.0.0.1", "registration": self.listener.getsockname()[1]}
        self.line = Line()
        self.addCleanup(lambda: self.line.connection and self.line.connection.close())

    def test_a_suspended_controller_is_there_however_often_it_is_looked_for(self):
        self.patch(follow, REACH_LIMIT=0.2)
        for _try in range(20):
            self.assertTrue(self.line.is_there(self.client))

    def test_one_that_closes_a_connection_that_says_nothing_is_there_by_the_next(self):
        for _try in range(3):
            self.assertTrue(self.line.is_there(self.client))
            connection, _address = self.listener.accept()
            connection.sendall(b"greeting")
            connection.close()

    def test_one_that_has_ended_is_not_there(self):
        self.assertTrue(self.line.is_there(self.client))
        connection, _address = self.listener.accept()
        self.assertTrue(self.line.is_there(self.client))
        connection.close()
        self.listener.close()
        self.assertFalse(self.line.is_there(self.client))
        self.assertFalse(self.line.is_there(self.client))
