"""`python -m kb` is `kb`."""

from kb.isolation import leave_current_folder

leave_current_folder()

from kb.cli import main  # noqa: E402 - nothing more may be imported before

main()
