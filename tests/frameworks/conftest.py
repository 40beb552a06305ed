"""These tests run where frameworks are: `make test-frameworks`.

The other environments have none of them, and collect nothing here. One that has some
has to have all that its major of openai requires: no framework is left out silently.
"""

from support.frameworks import installed

if not installed():
    collect_ignore_glob = ["test_*.py"]
