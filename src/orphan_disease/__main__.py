"""The command line: `orphan-disease run` is Kedro's own run; the other commands are doors to one function each."""

from typing import cast

import click
from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project

PACKAGE_NAME = "orphan_disease"


class _Commands(click.Group):
    """The commands of this module, and `run`, which Kedro supplies once the project is configured."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "run"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name != "run":
            return super().get_command(ctx, cmd_name)
        configure_project(PACKAGE_NAME)
        return cast(click.Command, find_run_command(PACKAGE_NAME))


@click.group(cls=_Commands)
@click.version_option(package_name=PACKAGE_NAME)
def main() -> None:
    """Is an orphan disease possible, and which service should see the patient?"""


if __name__ == "__main__":
    main()
