"""What the notebook job's threads do for as long as the server runs."""

import errno
import os
import types
import unittest.mock

from support import InADirectory, hpcnb

STALE = OSError(errno.ESTALE, "Stale file handle")


class Threads(InADirectory):
    def setUp(self):
        super().setUp()
        self.said = []
        self.patch(say=self.said.append)
        self.put("notebook.record", state="started")
        parameters = {"run": "r", "records": self.root, "saveScript": False}
        self.job = hpcnb.NotebookJob(parameters, hpcnb.Report(self.path("notebook.record"), "r"), None)

    def put(self, name, **record):
        self.write(hpcnb.encode_record({"run": "r", **record}), name)

    def test_the_server_is_announced_also_when_the_storage_fails_at_first(self):
        self.patch(answers=lambda endpoint: True)
        storage = unittest.mock.patch("os.fsync", side_effect=STALE)
        storage.start()
        self.simulate_time(lambda now: now > 10 and storage.stop())
        self.job.announce(types.SimpleNamespace(port=8888), "JupyterLab 4")
        self.assertEqual(hpcnb.read_record(self.path("notebook.record"), "r")[0]["state"], "answering")
        self.assertEqual(len(self.said), 1)

    def test_kernels_listen_on_ports_where_their_sockets_have_no_room_and_the_job_says_so(self):
        os.environ["TMPDIR"] = self.root
        os.environ.pop("JUPYTER_RUNTIME_DIR", None)
        # Room for /tmp/hpcnb-12345678/nb.sock, but not for the sockets of a kernel there.
        self.patch(answers=lambda endpoint: True, LONGEST_SOCKET_PATH=60)
        self.job.parameters["listen"] = "auto"
        kernels_have_sockets, reason = self.job.make_directory()
        self.addCleanup(os.rmdir, self.job.directory)
        self.assertEqual((kernels_have_sockets, reason), (False, None))
        self.assertNotIn("JUPYTER_RUNTIME_DIR", os.environ)
        application = types.SimpleNamespace(
            title="JupyterLab 4", has_sockets=lambda: True, socket_settings=lambda path: {"sock": path}
        )
        settings = self.job.choose_endpoint(application, reason)
        self.assertEqual(settings, {"sock": os.path.join(self.job.directory, "nb.sock")})
        self.job.announce(None, "JupyterLab 4")
        record, _reason = hpcnb.read_record(self.path("notebook.record"), "r")
        self.assertEqual(record["endpoint"]["kind"], "socket")
        self.assertRegex(record["note"], r"^Kernels listen on ports, where other users of .* would have \d+ bytes")
        self.assertEqual(self.said, [record["note"]])

    def test_the_directory_of_kernels_is_jupyters_runtime_directory_also_when_the_server_listens_on_a_port(self):
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
            if now > 60:
                raise hpcnb.Stopped

        self.simulate_time(pause)
        os.makedirs(self.path("security"), exist_ok=True)
        with self.assertRaises(hpcnb.Stopped):
            self.job.follow_controller(self.path("security"))

    def test_the_connection_is_written_also_when_the_storage_fails_at_first(self):
        self.put("cluster.record", cluster=self.root)
        self.put("controller.record", state="answering", client={"key": "k"})
        storage = unittest.mock.patch("os.replace", side_effect=STALE)
        storage.start()
        self.follow(lambda now: now > 10 and storage.stop())
        self.assertEqual(self.read("security", "ipcontroller-client.json"), '{"key": "k"}')
        self.assertEqual(len(self.said), 1)

    def test_a_connection_file_that_somebody_has_removed_is_no_error(self):
        self.put("cluster.record", cluster=self.root)
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
