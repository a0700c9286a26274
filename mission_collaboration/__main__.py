"""The command line: `mission-collaboration` or `python -m mission_collaboration`. It starts no server."""

import click

from mission_collaboration import __version__
from mission_collaboration.commands.explaining import explain
from mission_collaboration.commands.folding import reduce, validate
from mission_collaboration.replay.command import replay


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mission-collaboration")
def main() -> None:
    """Check and fold the events of collaborative missions, without a server."""


for command in (reduce, validate, explain, replay):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="mission-collaboration")
