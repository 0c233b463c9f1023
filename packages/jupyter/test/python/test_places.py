"""Local directories, and the overlay of the user's IPython directory."""

import os
import sys
import types
import unittest
import unittest.mock

from support import InADirectory, hpcnb


class Places(InADirectory):
    def test_shared_file_systems_are_known(self):
        self.assertTrue(all(hpcnb.is_shared(kind) for kind in ("nfs4", "lustre", "fuse.sshfs", "fuse")))
        self.assertFalse(any(hpcnb.is_shared(kind) for kind in ("ext4", "tmpfs", "overlay", None)))

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_the_file_system_of_a_path_is_found(self):
        self.assertEqual(hpcnb.file_system_of("/proc/self/status"), "proc")
        self.assertNotEqual(hpcnb.file_system_of(self.root), "proc")

    def test_a_local_directory_is_private(self):
        os.environ["TMPDIR"] = self.root
        directory, reason = hpcnb.make_local_directory(hpcnb.why_no_socket)
        self.assertIsNone(reason)
        self.assertEqual(os.path.dirname(directory), self.root)
        self.assertEqual(os.stat(directory).st_mode & 0o777, 0o700)
        self.assertEqual(os.listdir(directory), [])

    def test_a_path_too_long_for_a_socket_is_passed_over_for_tmp(self):
        os.environ["TMPDIR"] = self.path("x" * 100)
        os.makedirs(os.environ["TMPDIR"])
        directory, _reason = hpcnb.make_local_directory(hpcnb.why_no_socket)
        self.addCleanup(os.rmdir, directory)
        self.assertEqual(os.path.dirname(directory), "/tmp")
        self.assertEqual(os.listdir(os.environ["TMPDIR"]), [])

    def test_the_sockets_of_kernels_need_more_room_than_the_servers(self):
        directory = "/" + 57 * "x"
        self.patch(socket=types.SimpleNamespace(socket=unittest.mock.MagicMock(), AF_UNIX=1), LONGEST_SOCKET_PATH=107)
        with unittest.mock.patch("os.unlink"):
            self.assertIsNone(hpcnb.why_no_kernel_sockets(directory[:-1]))
            self.assertIn("would have 108 bytes", hpcnb.why_no_kernel_sockets(directory))
            self.assertIsNone(hpcnb.why_no_socket(directory))

    def test_without_any_it_says_why(self):
        os.environ["TMPDIR"] = self.path("missing")
        directory, reason = hpcnb.make_local_directory(lambda directory: "it is Monday")
        self.assertIsNone(directory)
        self.assertIn("missing: No such file", reason)
        self.assertIn("/tmp: it is Monday", reason)

    def test_a_private_file_is_private_from_the_start(self):
        path = self.write("old", "f")
        os.chmod(path, 0o644)
        hpcnb.write_private(path, "new")
        self.assertEqual(self.read("f"), "new")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(self.root), ["f"])


class Overlay(InADirectory):
    def setUp(self):
        super().setUp()
        os.environ.pop("HPCNB_USER_IPYTHONDIR", None)
        os.environ["IPYTHONDIR"] = self.path("users")
        self.write("c.x = 1", "users", "profile_default", "ipython_config.py")

    def make(self, profile="rnaseq"):
        return hpcnb.make_ipython_overlay(self.path("overlay"), profile)

    def tree(self, name):
        return sorted(os.path.join(base, f) for base, _d, files in os.walk(self.path(name)) for f in files)

    def test_it_shows_the_users_own_and_a_profile_of_ours(self):
        before = self.tree("users")
        security = self.make()
        self.assertEqual(security, self.path("overlay", "profile_rnaseq", "security"))
        self.assertEqual(os.stat(security).st_mode & 0o777, 0o700)
        self.assertEqual(self.read("overlay", "profile_default", "ipython_config.py"), "c.x = 1")
        self.assertEqual(os.environ["IPYTHONDIR"], self.path("overlay"))
        self.assertEqual(self.tree("users"), before)

    def test_it_follows_the_users_own_when_made_again(self):
        self.make()
        os.rename(self.path("users", "profile_default"), self.path("users", "profile_other"))
        self.make()
        self.assertEqual(sorted(os.listdir(self.path("overlay"))), ["profile_other", "profile_rnaseq"])

    def test_from_inside_an_overlay_it_is_made_of_the_users_own(self):
        self.make()
        self.make()
        self.assertEqual(os.readlink(self.path("overlay", "profile_default")), self.path("users", "profile_default"))

    def test_a_profile_of_the_same_name_keeps_its_settings_and_its_connection(self):
        self.write("theirs", "users", "profile_rnaseq", "security", "ipcontroller-client.json")
        self.write("c.y = 2", "users", "profile_rnaseq", "ipython_config.py")
        security = self.make()
        self.assertEqual(self.read("overlay", "profile_rnaseq", "ipython_config.py"), "c.y = 2")
        self.assertEqual(os.listdir(security), [])
        self.assertEqual(self.read("users", "profile_rnaseq", "security", "ipcontroller-client.json"), "theirs")

    def test_a_connection_file_of_an_earlier_run_goes(self):
        hpcnb.write_private(os.path.join(self.make(), "ipcontroller-client.json"), "{}")
        hpcnb.write_private(os.path.join(self.make("other"), "ipcontroller-client.json"), "{}")
        self.assertEqual(os.listdir(self.make()), [])
        self.assertEqual(os.listdir(self.path("overlay", "profile_other", "security")), [])

    def test_what_ipython_made_in_the_overlay_stays(self):
        os.environ["IPYTHONDIR"] = self.path("none")
        self.make()
        self.write("history", "overlay", "profile_default", "history.sqlite")
        self.make()
        self.assertEqual(self.read("overlay", "profile_default", "history.sqlite"), "history")
