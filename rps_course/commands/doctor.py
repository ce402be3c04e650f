"""`rps-course doctor`."""

import argparse
import json
from dataclasses import asdict

from rich.console import Console

from rps_course.commands.shared import Commands
from rps_course.machine import doctor

_STYLES = {doctor.OK: "green", doctor.MISSING: "bold red", doctor.NOTE: "yellow"}


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "doctor",
        examples=(
            "rps-course doctor",
            "rps-course doctor --json",
        ),
        help="show what this machine has and what to do about what is missing",
        description="Shows versions, GPU, profile, data, weights and folders of this machine, and "
        "what to do about what is missing. Exit status 1 if the profile in force lacks something.",
    )
    made.add_argument("--json", action="store_true", help="print everything as JSON")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    found = []
    for check in doctor.run():
        found.append(check)
        if not arguments.json:
            console.print(f"{check.status:<8}", style=_STYLES[check.status], end=" ")
            console.print(f"{check.name:<20} {check.detail}")
            if check.remedy:
                console.print(f"{'':<29} -> {check.remedy}")
    missing = sum(check.status == doctor.MISSING for check in found)
    if arguments.json:
        shown = {"missing": missing, "checks": [asdict(check) for check in found]}
        print(json.dumps(shown, indent=1))
    elif missing:
        console.print(f"\n{missing} missing: see the lines with -> below each.", style="bold red")
    else:
        console.print("\nNothing is missing for the profile in force.", style="green")
    return 1 if missing else 0
