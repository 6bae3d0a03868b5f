"""The child process of `kb watch` and of the interface that answers for `kb`."""

from kb.isolation import leave_current_folder

leave_current_folder()

import sys  # noqa: E402 - nothing more may be imported before
import time  # noqa: E402

from kb.cli import streams  # noqa: E402
from kb.cli.daemon.beside import serve_beside  # noqa: E402
from kb.silence import report_nothing  # noqa: E402

_WAIT_SECONDS = 1.0  # its parent has more urgent things to do

streams.prepare()
report_nothing()
time.sleep(_WAIT_SECONDS)
serve_beside(sys.argv[1:])
