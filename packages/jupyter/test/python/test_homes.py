"""The user's directories, and those of a job that has none to write to."""

import json
import os
import unittest
import unittest.mock

from support import InADirectory

from hpcnb_launch import files, homes


def refuse(function, *arguments):
    """Stands in for a call to the system that a file system does not have."""

    def refused(*_given, **_more):
        raise OSError(*arguments)

    return unittest.mock.patch(function, refused)


class Overlay(InADirectory):
    def setUp(self):
        super().setUp()
        os.environ.pop("HPCNB_USER_IPYTHONDIR", None)
        os.environ["IPYTHONDIR"] = self.path("users")
        self.write("c.x = 1", "users", "profile_default", "ipython_config.py")

    def make(self, profile="rnaseq"):
        self.notes = []
        return homes.make_ipython_overlay(self.path("overlay"), profile, self.notes.append)

    def tree(self, name):
        return sorted(
            os.path.join(base, f) for base, _d, files in os.walk(self.path(name)) for f in files
        )

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
        self.assertEqual(
            sorted(os.listdir(self.path("overlay"))), ["profile_other", "profile_rnaseq"]
        )

    def test_from_inside_an_overlay_it_is_made_of_the_users_own(self):
        self.make()
        self.make()
        self.assertEqual(
            os.readlink(self.path("overlay", "profile_default")),
            self.path("users", "profile_default"),
        )

    def test_a_profile_of_the_same_name_keeps_its_settings_and_its_connection(self):
        self.write("theirs", "users", "profile_rnaseq", "security", "ipcontroller-client.json")
        self.write("c.y = 2", "users", "profile_rnaseq", "ipython_config.py")
        security = self.make()
        self.assertEqual(self.read("overlay", "profile_rnaseq", "ipython_config.py"), "c.y = 2")
        self.assertEqual(os.listdir(security), [])
        self.assertEqual(
            self.read("users", "profile_rnaseq", "security", "ipcontroller-client.json"), "theirs"
        )

    def test_a_connection_file_of_an_earlier_run_goes(self):
        files.write_private(os.path.join(self.make(), "ipcontroller-client.json"), "{}")
        files.write_private(os.path.join(self.make("other"), "ipcontroller-client.json"), "{}")
        self.assertEqual(os.listdir(self.make()), [])
        self.assertEqual(os.listdir(self.path("overlay", "profile_other", "security")), [])

    def test_what_ipython_made_in_the_overlay_stays(self):
        os.environ["IPYTHONDIR"] = self.path("none")
        self.make()
        self.write("history", "overlay", "profile_default", "history.sqlite")
        self.make()
        self.assertEqual(self.read("overlay", "profile_default", "history.sqlite"), "history")

    def test_what_cannot_be_read_is_left_out_and_told(self):
        listdir = os.listdir

        def list_all_but_the_users(path):
            if path == self.path("users"):
                raise PermissionError(13, "Permission denied", path)
            return listdir(path)

        with unittest.mock.patch("os.listdir", list_all_but_the_users):
            self.assertTrue(os.path.isdir(self.make()))
        self.assertEqual(
            self.notes,
            [f"IPython's settings are not all found: {self.path('users')}: Permission denied"],
        )

    def test_a_file_system_without_links_is_told_of(self):
        with refuse("os.symlink", 95, "Operation not supported", "there"):
            self.assertTrue(os.path.isdir(self.make()))
        self.assertEqual(
            self.notes, ["IPython's settings are not all found: there: Operation not supported"]
        )

    def test_a_link_that_leads_nowhere_is_no_profile(self):
        os.symlink(self.path("purged"), self.path("dangling"))
        os.environ["IPYTHONDIR"] = self.path("dangling")
        self.assertTrue(os.path.isdir(self.make()))
        self.assertEqual(self.notes, [])
        profile = homes.make_scratch_profile(self.path("scratch"))
        self.assertEqual(os.listdir(profile), [])
        self.assertEqual(os.environ["IPYTHONDIR"], self.path("scratch", "ipython"))

    def test_kernels_have_a_default_profile_to_write_to(self):
        self.write("startup", "users", "profile_default", "startup", "a.py")
        self.write("history", "users", "profile_default", "history.sqlite")
        with unittest.mock.patch(
            "tempfile.TemporaryFile", side_effect=OSError(30, "Read-only file system")
        ):
            self.make()
        default = self.path("overlay", "profile_default")
        self.assertFalse(os.path.islink(default))
        self.assertEqual(sorted(os.listdir(default)), ["ipython_config.py", "startup"])

    def history(self):
        return json.loads(self.read("overlay", "profile_default", "ipython_kernel_config.json"))

    def test_without_locks_kernels_keep_their_history_in_memory(self):
        self.write(
            '{"HistoryManager": {"enabled": true}, "A": 1}',
            "users",
            "profile_default",
            "ipython_kernel_config.json",
        )
        before = self.tree("users")
        with refuse("fcntl.lockf", 37, "No locks available"):
            self.make()
        self.assertEqual(
            self.history(), {"HistoryManager": {"enabled": True, "hist_file": ":memory:"}, "A": 1}
        )
        self.assertEqual(self.read("overlay", "profile_default", "ipython_config.py"), "c.x = 1")
        self.assertEqual(self.tree("users"), before)
        with refuse("fcntl.lockf", 38, "Function not implemented"):
            self.make()
        self.make()
        self.assertFalse(
            os.path.exists(self.path("overlay", "profile_default", "ipython_kernel_config.json"))
        )

    def test_without_locks_and_without_a_profile_too(self):
        os.environ["IPYTHONDIR"] = self.path("none")
        with refuse("fcntl.lockf", 95, "Operation not supported"):
            self.make()
        self.assertEqual(self.history(), {"HistoryManager": {"hist_file": ":memory:"}})

    def test_a_lock_that_another_holds_is_a_lock(self):
        with refuse("fcntl.lockf", 11, "Resource temporarily unavailable"):
            self.assertTrue(files.keeps_locks(self.root))


class Homes(InADirectory):
    def setUp(self):
        super().setUp()
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_CONFIG_PATH",
            "JUPYTER_PATH",
            "XDG_DATA_HOME",
        ):
            os.environ.pop(name, None)
        os.environ["HOME"] = self.path("home")
        os.makedirs(self.path("home"))

    def provide(self):
        return homes.provide_home(self.path("own"))

    def test_one_that_can_be_written_to_stays_and_gets_nothing(self):
        before = dict(os.environ)
        self.assertEqual(self.provide(), [])
        self.assertEqual(dict(os.environ), before)
        self.assertEqual((os.listdir(self.path("home")), os.listdir(self.root)), ([], ["home"]))

    def test_jupyter_writes_elsewhere_and_still_finds_what_is_there(self):
        os.environ["JUPYTER_PATH"] = "/sw/jupyter"
        with unittest.mock.patch(
            "tempfile.TemporaryFile", side_effect=OSError(30, "Read-only file system")
        ):
            notes = self.provide()
        self.assertRegex(
            notes[0], "home/.jupyter cannot be written to on .*home: Read-only file system"
        )
        self.assertEqual(len(notes), 2)
        self.assertEqual(os.environ["JUPYTER_CONFIG_DIR"], self.path("own", "config"))
        self.assertEqual(os.environ["JUPYTER_DATA_DIR"], self.path("own", "data"))
        self.assertEqual(os.environ["JUPYTER_CONFIG_PATH"], self.path("home", ".jupyter"))
        data = homes.users_jupyter_data().replace("~", self.path("home"))
        self.assertEqual(os.environ["JUPYTER_PATH"], f"{data}:/sw/jupyter")
        self.assertEqual(os.stat(self.path("own", "data")).st_mode & 0o777, 0o700)

    def test_a_relative_home_and_none_are_replaced(self):
        os.environ["HOME"] = "somewhere"
        self.assertRegex(self.provide()[0], "HOME is .*/own/home, because .* names no other")
        self.assertEqual(os.environ["HOME"], self.path("own", "home"))
        del os.environ["HOME"]
        with unittest.mock.patch("pwd.getpwuid", side_effect=KeyError("uid")):
            self.provide()
        self.assertEqual(os.environ["HOME"], self.path("own", "home"))
