"""Whose files are these: finds students on the roster by id, login, address, name or group."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import dateutil.parser

from autograder.classroom.collecting.exports import Claim
from autograder.classroom.roster import Person, Roster, comparable, words

_SUBMITTED = "last modified (submission)"  # Moodle's column, without a zone
_BLIND = "participant"  # what Moodle puts in place of a name
_USABLE = re.compile(r"[^\w@.+ -]")


def knows(roster: Roster) -> Callable[[str], bool]:
    """Returns what says whether a folder's name is that of a student or group."""
    return lambda label: bool(named(label, roster)[0])


def named(label: str, roster: Roster) -> tuple[list[Person], str]:
    """Returns the students whom a folder's name names; if it is none, why."""
    return find(Claim(label, "plain", label, "", (label,)), roster)


def find(claim: Claim, roster: Roster) -> tuple[list[Person], str]:
    """Returns the students that an export names; if it is none, why.

    A group has several. Where a platform's number and a name contradict each other, or several
    students have the name, it is nobody.
    """
    name = words(claim.name)
    group = roster.by_group.get(name, []) if name else []
    if claim.platform == "Canvas" and roster.by_canvas:
        person = roster.by_canvas.get(claim.number)
        if group and (person is None or name not in person.names):
            return group, ""
        return ([person], "") if person else ([], "nobody has this number of Canvas")
    if claim.platform == "Moodle" and roster.by_moodle and claim.number:
        person = roster.by_moodle.get(claim.number)
        if person and (name in person.names or name.startswith(_BLIND)):
            return [person], ""
    for key in claim.keys:
        identified = roster.identified(key)
        if identified:
            return [identified], ""
    named = roster.by_name.get(name, []) if name else []
    if len(named) == 1 and not group:
        return named, ""
    if len(named) > 1:
        return [], f"{len(named)} students have this name"
    return group, "" if group else "nobody has this id or name"


def unconfirmed(claim: Claim, people: list[Person]) -> set[str]:
    """Returns what tells a student apart who was found by name alone; nothing for a group.

    Args:
        claim: whom an export names.
        people: the students that were found.
    """
    if people:
        if not claim.number or len(people) > 1:
            return set()
        person, name = people[0], words(claim.name)
        known = person.canvas if claim.platform == "Canvas" else person.moodle
        if claim.number == known or name in map(words, person.groups):
            return set()
    return {claim.number or claim.label}


def label(claim: Claim) -> str:
    """Returns a student id for somebody who is on no roster: what the export names."""
    return _USABLE.sub("_", claim.label).strip(" .")[:100] or "unnamed"


def submitted(person: Person, zone: tzinfo) -> datetime | None:
    """Returns when somebody handed in, as Moodle's grading worksheet says; in UTC, without zone.

    Args:
        person: with a row of the worksheet.
        zone: the time zone of whoever exported it.
    """
    row = {comparable(name): value for name, value in person.row}
    text = row.get(_SUBMITTED, "")
    return parsed(text, zone) if any(letter.isdigit() for letter in text) else None


def parsed(text: str, zone: tzinfo) -> datetime | None:
    """Returns a time that somebody wrote, in UTC and without zone; None if it is none.

    Args:
        text: such as "Wednesday, 10 June 2026, 2:14 PM" or "2026-05-03 10:00 Europe/Berlin".
        zone: that of a time without one.
    """
    plain, _, last = text.strip().rpartition(" ")
    named = dateutil.tz.gettz(last) if "/" in last or last == "UTC" else None
    try:
        time = dateutil.parser.parse(plain if named else text)
        time = time if time.tzinfo and not named else time.replace(tzinfo=named or zone)
        return time.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
