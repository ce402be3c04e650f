"""`rps-grader collect`: folders, what cannot be taken from them, and what it keeps of a run."""

import json
import os
import shutil

import pytest
from platform_exports import CANVAS_ROSTER, export
from test_collect import RIGHT_BYTES, WRONG_BYTES, file_of, roster, taken
from toy_class import hand_in, make, rps_grader, solved


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    return make(tmp_path)


def write(path, content=RIGHT_BYTES):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_what_cannot_be_read_and_links_are_named_and_not_taken_for_nothing(course):
    people = "student_id,first_name\nxav,\nada,\nwim,\nyan,\nzoe,Zoe\nfin,\n"
    inbox = course / "in"
    elsewhere = write(course / "elsewhere/toy1.ipynb")
    write(inbox / "ada/toy1.ipynb")
    write(inbox / "yan/toy1.ipynb")
    write(inbox / "fin/toy1.ipynb").chmod(0)
    (inbox / "wim").mkdir()
    (inbox / "wim/toy1.ipynb").symlink_to(elsewhere)
    (inbox / "xav").symlink_to(elsewhere.parent)
    (inbox / "ada/.DS_Store").symlink_to(elsewhere)  # of a system, and nobody's work
    os.mkfifo(inbox / "ada/pipe")
    (inbox / "yan").chmod(0)
    arguments = ("collect", "in", "toy1", "--roster", roster(course, people))
    done = rps_grader(course, *arguments, permitted=False)
    (inbox / "yan").chmod(0o755)
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("Left out: "))
    assert sorted(line.removeprefix("Left out: ").split("; ")) == [
        "ada/pipe (a device or the like)",
        "fin/toy1.ipynb (cannot be read: Permission denied)",
        "wim/toy1.ipynb (a link)",
        "xav (a link)",
        "yan (cannot be read: Permission denied)",
    ]
    assert "Handed in nothing: zoe (Zoe)\n" in done.stdout
    assert taken(course) == {"ada": ["toy1.ipynb"]}


def test_a_folder_of_which_nothing_can_be_taken_gets_one_line(course):
    write(course / "in/ada/toy1.ipynb")
    (course / "in/ada").rename(course / "ada")
    (course / "in/ada").symlink_to(course / "ada")
    done = rps_grader(course, "collect", "in", "toy1")
    assert done.returncode == 2
    assert "in holds nothing of toy1: ada (a link)." in done.stderr
    (course / "in").chmod(0)
    done = rps_grader(course, "collect", "in", "toy1", permitted=False)
    (course / "in").chmod(0o755)
    assert done.returncode == 2
    assert "Permission denied" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_course_is_not_taken_for_what_was_handed_in(course):
    hand_in(course, "ada", solved())
    link = course / "link"
    link.symlink_to(course)
    before = sorted(course.rglob("*"))
    for source, says in {
        ".": "is or holds the course, or a folder of it",
        "..": "is or holds the course",
        course.parent: "is or holds the course",
        "link": "is or holds the course",
        "submitted": "is or holds the course",
        "submitted/ada": "lies in a folder of the course",
        "solutions/toy1": "lies in a folder of the course",
        "assignments/toy1": "lies in a folder of the course",
    }.items():
        done = rps_grader(course, "collect", source, "toy1", "--force")
        assert done.returncode == 2, done.stdout
        assert says in done.stderr
        assert "Give the archive as it was downloaded, or a folder of its own" in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert sorted(course.rglob("*")) == before
    shutil.move(course / "submitted", course / "downloaded/toy1/archive")
    done = rps_grader(course, "collect", "downloaded/toy1/archive", "toy1")
    assert done.returncode == 0, done.stderr
    assert sorted(taken(course)) == ["ada"]


def test_what_was_taken_counts_also_after_a_run_that_was_cut_off(course):
    folder = course / "downloaded/toy1"
    people = ("--roster", roster(course, CANVAS_ROSTER))
    new, old = (
        export(course / f"{number}.zip", {f"lovelaceada_101_{number}_toy1.ipynb": content})
        for number, content in ((7, RIGHT_BYTES), (6, WRONG_BYTES))
    )
    rps_grader(course, "collect", new, "toy1", *people)
    record, log = folder / "collected.json", folder / "collected.log"
    kept = json.loads(record.read_text())
    assert kept["ada"]["file"] == 7
    assert not log.exists()
    before = record.stat()
    rps_grader(course, "collect", new, "toy1", *people)
    assert record.stat().st_ino == before.st_ino  # nothing changed
    record.unlink()
    log.write_text(f'\n{json.dumps(["ada", kept["ada"]])}\n["grace", {{"fi')
    done = rps_grader(course, "collect", old, "toy1", *people, "--dry-run")
    assert "ada: kept; what is in submitted/ada/toy1 is newer" in done.stdout
    assert not record.exists()
    done = rps_grader(course, "collect", old, "toy1", *people)
    assert "ada: kept; what is in submitted/ada/toy1 is newer" in done.stdout
    assert file_of(course, "ada") == RIGHT_BYTES
    assert json.loads(record.read_text()) == kept
    assert not log.exists()
