"""
Runs the local scheduler's program. Standard input begins with its text, of as many bytes as the
argument says; the first part of that text imports the others, see hpcnb_modules.py.
"""

import sys

text = sys.stdin.buffer.read(int(sys.argv[1])).decode()
importer = {}
exec(compile(text.partition("\n#: ")[0], "hpcnb_modules", "exec"), importer)
importer["install"](text)

from hpcnb_local.main import main  # noqa: E402

main()
