"""Local directories, and the overlay of the user's IPython directory."""

import os
import shutil
import sys
import types
import unittest
import unittest.mock

from support import InADirectory

from hpcnb_launch import directories, files


class Places(InADirectory):
    def test_shared_file_systems_are_known(self):
        self.assertTrue(
            all(directories.is_shared(kind) for kind in ("nfs4", "lustre", "fuse.sshfs", "fuse"))
        )
        self.assertFalse(
            any(directories.is_shared(kind) for kind in ("ext4", "tmpfs", "overlay", None))
        )

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_the_file_system_of_a_path_is_found(self):
        self.assertEqual(directories.file_system_of("/proc/self/status"), "proc")
        self.assertNotEqual(directories.file_system_of(self.root), "proc")

    def test_a_local_directory_is_private(self):
        os.environ["TMPDIR"] = self.root
        directory, reason = directories.make_local_directory(directories.why_no_socket)
        self.assertIsNone(reason)
        self.assertEqual(os.path.dirname(directory), self.root)
        self.assertEqual(os.stat(directory).st_mode & 0o777, 0o700)
        self.assertEqual(os.listdir(directory), ["owner"])

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_what_dead_jobs_have_left_goes_and_all_else_stays(self):
        os.environ["TMPDIR"] = self.root
        here, me = directories.system_of_processes(), directories.life_of(os.getpid())
        owners = {
            "hpcnb-dead": f"{os.getpid()}\n{here} 1\n",
            "hpcnb-gone": f"4194303\n{here} 7\n",
            "hpcnb-alive": f"{os.getpid()}\n{me}\n",
            "hpcnb-elsewhere": "4194303\nanother/pid:[1] 7\n",
            "hpcnb-strange": "nonsense",
            "other-dead": f"4194303\n{here} 7\n",
        }
        for name, owner in owners.items():
            self.write(owner, name, "owner")
        os.symlink(self.path("hpcnb-strange"), self.path("hpcnb-link"))
        directory, _reason = directories.make_local_directory()
        left = set(os.listdir(self.root)) - {os.path.basename(directory)}
        self.assertEqual(left, set(owners) - {"hpcnb-dead", "hpcnb-gone"} | {"hpcnb-link"})

    def test_a_path_too_long_for_a_socket_is_passed_over_for_tmp(self):
        os.environ["TMPDIR"] = self.path("x" * 100)
        os.makedirs(os.environ["TMPDIR"])
        directory, _reason = directories.make_local_directory(directories.why_no_socket)
        self.addCleanup(shutil.rmtree, directory)
        self.assertEqual(os.path.dirname(directory), "/tmp")
        self.assertEqual(os.listdir(os.environ["TMPDIR"]), [])

    def test_the_sockets_of_kernels_need_more_room_than_the_servers(self):
        directory = "/" + 57 * "x"
        fake = types.SimpleNamespace(socket=unittest.mock.MagicMock(), AF_UNIX=1)
        self.patch(directories, socket=fake, LONGEST_SOCKET_PATH=107)
        with unittest.mock.patch("os.unlink"):
            self.assertIsNone(directories.why_no_kernel_sockets(directory[:-1]))
            self.assertIn("would have 108 bytes", directories.why_no_kernel_sockets(directory))
            self.assertIsNone(directories.why_no_socket(directory))

    def test_without_any_it_says_why(self):
        os.environ["TMPDIR"] = self.path("missing")
        directory, reason = directories.make_local_directory(lambda directory: "it is Monday")
        self.assertIsNone(directory)
        self.assertIn("missing: No such file", reason)
        self.assertIn("/tmp: it is Monday", reason)

    def test_a_private_file_is_private_from_the_start(self):
        path = self.write("old", "f")
        os.chmod(path, 0o644)
        files.write_private(path, "new")
        self.assertEqual(self.read("f"), "new")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(self.root), ["f"])
