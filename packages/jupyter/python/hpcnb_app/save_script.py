"""Keeps each notebook as a script beside it, on every save."""

import os
import shutil
import traceback

from hpcnb_launch import log

SCRIPT_MARK = "Kept by hpcnb from"
LINE_COMMENTS = {
    **dict.fromkeys([".c", ".cpp", ".cs", ".go", ".java", ".js", ".kt", ".rs"], "//"),
    **dict.fromkeys([".scala", ".swift", ".ts"], "//"),
    **dict.fromkeys([".hs", ".lua", ".sql"], "--"),
    ".m": "%",
}


class ScriptKeeper:
    def __init__(self):
        self.warned = set()

    def __call__(self, os_path, model, contents_manager, **_more):
        if model["type"] != "notebook":
            return
        try:
            self.keep(os_path, contents_manager)
        except Exception:
            # The notebook itself is saved, and an error here would tell its user otherwise.
            traceback.print_exc()
            log.say(f"{os_path} is saved, but not its script.")

    def keep(self, notebook, contents_manager):
        import nbformat
        from nbconvert.exporters import ScriptExporter

        content = nbformat.read(notebook, as_version=4)
        known = content.metadata.setdefault("language_info", {})
        language = known.get("name") or content.metadata.get("kernelspec", {}).get("language")
        # No front end has filled it in yet: without it the script of a Python notebook would end in
        # .txt.
        if language == "python" and "file_extension" not in known:
            known.update(name="python", file_extension=".py", nbconvert_exporter="python")
        body, resources = ScriptExporter(parent=contents_manager).from_notebook_node(content)
        stem, extension = os.path.splitext(notebook)[0], resources.get("output_extension") or ".txt"
        script = stem + extension
        if self.is_users_own(script):
            if script not in self.warned:
                self.warned.add(script)
                log.say(
                    f"{script} was not made by hpcnb, so it is left as it is and {notebook} gets "
                    "no script."
                )
            return
        comment = LINE_COMMENTS.get(extension, "#")
        mark = (
            f"{comment} {SCRIPT_MARK} {os.path.basename(notebook)}, and rewritten on every save: "
            "edit the notebook.\n"
        )
        new = os.path.join(os.path.dirname(script), f".{os.path.basename(script)}.{os.getpid()}")
        with open(new, "w", encoding="utf-8") as file:
            file.write(mark + body)
        if os.path.exists(script):
            shutil.copymode(script, new)
        os.replace(new, script)

    @staticmethod
    def is_users_own(script):
        try:
            with open(script, encoding="utf-8", errors="replace") as file:
                return SCRIPT_MARK not in file.readline(1000)
        except FileNotFoundError:
            return False


def keep_scripts(contents_manager):
    """Adds to the hook that the user may have configured, and does not replace it."""
    keeper = ScriptKeeper()
    # Jupyter names a hook in its log by this.
    keeper.__name__ = "hpcnb_save_script"
    if hasattr(contents_manager, "register_post_save_hook"):
        contents_manager.register_post_save_hook(keeper)
    elif hasattr(contents_manager, "post_save_hook"):
        users = contents_manager.post_save_hook

        def both(**facts):
            if users:
                users(**facts)
            keeper(**facts)

        contents_manager.post_save_hook = both
    else:
        log.say(
            f"{type(contents_manager).__name__} has no hook for saving, so notebooks are kept "
            "without scripts."
        )
