"""What `rps-grader collect` says of what it has done."""

from collections import Counter

from autograder.classroom.collecting import archives, command, taking
from autograder.classroom.collecting.taking import Taken
from autograder.core.arguments import counted, some


def report(found: command.Collected, assignment: str, options: command.Options) -> list[str]:
    """Returns the lines that say what was done, or would be done."""
    lines = [*found.notes, *(line for taken in found.taken for line in _said(taken))]
    if found.unmatched:
        among = f" on {options.roster}" if options.roster else "; give their list with --roster"
        lines.append(f"Not matched with a student{among}. Not taken:")
        lines += [
            f"  {archives.shown(why)} ({counted(len(hand_in.files), 'file')} in {hand_in.source})"
            for hand_in, why in found.unmatched
        ]
    left_out = found.lost + found.left_out
    if left_out:
        lines.append(f"Left out: {some(left_out)}")
    if found.absent:
        lines.append(f"Handed in nothing: {some(list(map(str, found.absent)))}")
    counts = Counter(taken.outcome for taken in found.taken)
    said = [f"{count} {outcome}" for outcome, count in counts.items()]
    said += [f"{len(found.unmatched)} not matched"] if found.unmatched else []
    kinds = " and ".join(sorted(set(found.platforms)))
    done = "Nothing was written. It would be" if options.dry_run else "Collected"
    lines.append(f"{done}, {assignment} ({kinds}): {', '.join(said) or 'nothing'}.")
    return lines


def _said(taken: Taken) -> list[str]:
    hand_in, about = taken.hand_in, []
    if taken.outcome in taking.WRITTEN:
        about.append(counted(len(hand_in.files), "file"))
    if taken.outcome in (*taking.WRITTEN, taking.TIMED) and taken.time:
        about.append(f"handed in {taken.time:%Y-%m-%d %H:%M} UTC")
    if hand_in.late:
        unknown = "" if taken.time else ", which does not say when"
        about.append(f"late, according to the platform{unknown}")
    if taken.outcome != taking.SAME:
        about += map(archives.shown, hand_in.notes)
    about += [taken.about] if taken.about else []
    about += [f"also kept: {place}" for place in taken.aside]
    if taken.outcome == taking.SAME and not about:
        return []
    return [f"{taken.student}: {taken.outcome}" + "".join(f"; {text}" for text in about)]


def failed(found: command.Collected) -> bool:
    """Whether a person has to look at something."""
    bad = {taking.KEPT, taking.ASIDE, taking.FAILED, taking.NO_FILE}
    noted = any(t.hand_in.notes and t.outcome in taking.WRITTEN for t in found.taken)
    lost = found.lost or any(".ipynb" in text.lower() for text in found.left_out)
    return bool(found.unmatched or noted or lost or any(t.outcome in bad for t in found.taken))
