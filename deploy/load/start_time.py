"""The time from starting the service to its first answer that it is ready, several times.

python deploy/load/start_time.py --times 5
"""

import sys
import tempfile
from pathlib import Path

import click

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.load.running_service import RunningService


@click.command()
@click.option("--times", default=5, show_default=True, help="How often.")
def main(times: int) -> None:
    """Start the service and stop it again, and print the seconds until it was ready."""
    with tempfile.TemporaryDirectory() as folder:
        service = RunningService(Path(folder))
        seconds = []
        for _ in range(times):
            seconds.append(service.start())
            service.stop()
    ordered = sorted(seconds)
    click.echo(
        f"ready after {ordered[len(ordered) // 2]:.1f} s (median of {times}; {ordered[0]:.1f} to {ordered[-1]:.1f})"
    )


if __name__ == "__main__":
    main()
