"""What `collect` and `roster` say of input that cannot be used, and of hostile archives."""

import fcntl
import io
import shutil
import stat
import struct
import tarfile
import zipfile
from datetime import UTC

import pytest
from platform_exports import (
    CANVAS_ROSTER,
    GRADESCOPE,
    MOODLE_ROSTER,
    PLAIN_ROSTER,
    export,
    packed,
)
from test_collect import MEASURED, RIGHT_BYTES, collect, roster, taken
from toy_class import make, rps_grader

from autograder.classroom import roster as rosters
from autograder.classroom.collecting import archives, command
from autograder.classroom.collecting.archives import ArchiveError, Limits
from autograder.commands.shared import nbgrader


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A course for commands that must change nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        yield make(tmp_path_factory.mktemp("shared"))


def zipped_link(path):
    info = zipfile.ZipInfo("ada/toy1.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(info, "/etc/passwd")
        file.writestr("ada/measurements.csv", MEASURED)
    return path


def tarred(path):
    with tarfile.open(path, "w:gz") as file:
        for name, kind in (("a/link", tarfile.SYMTYPE), ("a/hard", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            file.addfile(info)
        info = tarfile.TarInfo("a/pipe")
        info.type = tarfile.FIFOTYPE
        file.addfile(info)
        info = tarfile.TarInfo("a/toy1.ipynb")
        info.size = 3
        file.addfile(info, io.BytesIO(b"abc"))
    return path


def encrypted(path):
    """A zip file whose entries are marked as encrypted."""
    content = bytearray(packed({"ada/toy1.ipynb": RIGHT_BYTES}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def damaged(path):
    content = bytearray(packed({"ada/toy1.ipynb": RIGHT_BYTES}))
    content[60:80] = bytes(20)
    path.write_bytes(content)
    return path


def test_nothing_is_written_outside_of_the_folder(tmp_path):
    names = (
        "../up.txt", "/abs.txt", "C:\\drive.txt", "a\\..\\..\\back.txt", "a/./b//c.txt", "a/../d",
        ".. /spaced.txt", " ../spaced.txt",
        "colon:name", "nul\x01char.txt", "x" * 300, "/".join("deep" * 20),
    )  # fmt: skip
    archive = export(tmp_path / "all.zip", dict.fromkeys(names, b"x"))
    found = archives.unpack(archive, tmp_path / "in", Limits(100, 1000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "in"]
    assert {str(entry.name) for entry in found.entries} == {
        "abs.txt", "drive.txt", "a/b/c.txt", "colon:name", "nul_char.txt",
    }  # fmt: skip
    assert len(found.left_out) == 7


def test_links_and_devices_are_left_out(tmp_path):
    found = archives.unpack(tarred(tmp_path / "a.tar.gz"), tmp_path / "in", Limits(9, 999))
    assert [str(entry.name) for entry in found.entries] == ["a/toy1.ipynb"]
    assert len(found.left_out) == 3
    found = archives.unpack(zipped_link(tmp_path / "a.zip"), tmp_path / "zip", Limits(9, 999))
    assert [str(entry.name) for entry in found.entries] == ["ada/measurements.csv"]
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("files", "limits", "says"),
    [
        ({"a": bytes(5_000_000)}, Limits(9, 4_000_000), "holds more than 4 MB"),
        (dict.fromkeys(map(str, range(10)), b""), Limits(9, 999), "holds more than 9 files"),
    ],
)
def test_a_bomb_is_not_unpacked(tmp_path, files, limits, says):
    with pytest.raises(ArchiveError, match=says):
        archives.unpack(export(tmp_path / "all.zip", files), tmp_path / "in", limits)


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path):
    content = bytearray(packed({"a": bytes(5_000_000)}))
    content[22:26] = struct.pack("<I", 10)
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    (tmp_path / "all.zip").write_bytes(content)
    with pytest.raises(ArchiveError, match="is damaged"):
        archives.unpack(tmp_path / "all.zip", tmp_path / "in", Limits(9, 4_000_000))


def test_names_in_utf8_without_the_mark_are_read(tmp_path):
    content = packed({"Jürgen/ä.txt": b"x"})
    content = bytearray(content)
    content[7] &= ~0x08
    at = content.index(b"PK\x01\x02")
    content[at + 9] &= ~0x08
    (tmp_path / "all.zip").write_bytes(content)
    found = archives.unpack(tmp_path / "all.zip", tmp_path / "in", Limits(9, 999))
    assert [str(entry.name) for entry in found.entries] == ["Jürgen/ä.txt"]


def test_no_room_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_room", lambda folder: 3)
    with pytest.raises(ArchiveError, match="There is no room"):
        archives.unpack(export(tmp_path / "a.zip", {"a": b"1234"}), tmp_path / "in", Limits(9, 99))


def test_a_students_hostile_archive_stays_packed_and_the_class_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    course = make(tmp_path)
    broken = packed({"toy1.ipynb": RIGHT_BYTES})[:-30]
    files = {
        "007/toy1.zip": broken,
        "008/toy1.zip": packed({"../../../up.ipynb": b"x", "toy1.ipynb": RIGHT_BYTES}),
        "009/toy1.ipynb": RIGHT_BYTES,
    }
    lists = roster(course, PLAIN_ROSTER)
    said = collect(course, export(course / "all.zip", files), "--roster", lists, status=1)
    assert taken(course) == {"007": ["toy1.zip"], "008": ["toy1.ipynb"], "009": ["toy1.ipynb"]}
    assert "007: new; 1 file; not unpacked: toy1.zip" in said
    assert "there is no notebook in it" in said
    assert "left out of toy1.zip: ../../../up.ipynb (it leads out of the folder)" in said
    assert not list(tmp_path.rglob("up.ipynb"))


NO_ROSTER = {
    "empty": ("", "is empty"),
    "header only": ("student_id,first_name\n", "has no students"),
    "no id": ("first_name,last_name\nAda,Lovelace\n", "has no column with student ids"),
    "twice": ("student_id\nada\nAda\n", "has the same student id for several students: ada"),
    "a path": ("student_id\n../ada\n", "'../ada' in row 2 cannot be a student id"),
    "unseen": ("student_id\nada\u200b\u202eb\n", "in row 2 cannot be a student id"),
    "long": (f"student_id\n{'ü' * 120}\n", "in row 2 cannot be a student id"),
    "blank": ("student_id,x\n,1\n,2\n", "has nothing in the column 'student_id'"),
    "ragged": ("student_id\nada,Lovelace\n", "row 2 has 2 cells; the header has 1"),
    "binary": ("PK\0\0", "is no CSV file"),
    "quotes": ('student_id\n"ada', "is no CSV file"),
}


@pytest.mark.parametrize("kind", NO_ROSTER)
def test_a_bad_roster_gets_one_line(shared, kind):
    text, says = NO_ROSTER[kind]
    path = roster(shared, text)
    before = (shared / "gradebook.db").read_bytes()
    done = rps_grader(shared, "roster", path)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert (shared / "gradebook.db").read_bytes() == before


SAME = {
    "Excel's first line": "sep=;\r\nstudent_id;first_name;email\r\n007;Ada L.;a@b.c\r\n",
    "old line ends": "student_id\tfirst_name\temail\r007\tAda L.\ta@b.c\r",
    "control characters": 'student_id,first_name,email\n007,"Ada\n\x1b\u202e L.",a@b.c\n',
}


@pytest.mark.parametrize("kind", SAME)
def test_a_roster_is_read_however_it_was_saved(tmp_path, kind):
    (tmp_path / "roster.csv").write_text(SAME[kind], encoding="utf-8", newline="")
    (person,) = rosters.read(tmp_path / "roster.csv").people
    assert (person.id, person.first, person.email) == ("007", "Ada L.", "a@b.c")


def test_an_unknown_column_of_ids_is_told_with_those_that_there_are(shared):
    done = rps_grader(shared, "roster", roster(shared, CANVAS_ROSTER), "--id-column", "login")
    assert done.returncode == 2
    assert "has no column 'login'; it has: Student, ID, SIS User ID" in done.stderr


BAD = {
    "missing": (lambda p: p, "There is no file or folder"),
    "text": (lambda p: p.write_text("x") and p, "is no archive"),
    "encrypted": (encrypted, "is encrypted"),
    "damaged": (damaged, "is damaged"),
    "empty": (lambda p: export(p, {}), "holds no hand-in"),
    "metadata": (
        lambda p: export(p, {"submission_metadata.yml": b"a: [", "submission_1/a.ipynb": b""}),
        "submission_metadata.yml cannot be read",
    ),
    "objects": (
        lambda p: export(p, {"submission_metadata.yml": b"a: !!python/object:os.system {}"}),
        "submission_metadata.yml cannot be read",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_archive_gets_one_line_and_nothing_is_written(shared, kind):
    make_it, says = BAD[kind]
    path = make_it(shared / f"{kind}.zip")
    said = collect(shared, path, status=2)
    assert says in said
    assert said.count("\n") == 1, said
    assert not (shared / "submitted").exists()
    assert not (shared / "downloaded").exists()


def test_an_unknown_assignment_zone_or_time_is_refused(shared):
    path = export(shared / "all.zip", {"ada/toy1.ipynb": RIGHT_BYTES})
    done = rps_grader(shared, "collect", path, "toy9")
    assert done.returncode == 2
    assert "The gradebook has no assignment 'toy9'; it has: toy1." in done.stderr
    said = collect(shared, path, "--timezone", "Europe/Nowhere", status=2)
    assert "expected the name of a time zone" in said
    assert "is no time" in collect(shared, path, "--late-time", "soon", status=2)


def test_a_place_that_cannot_be_written_is_told(shared):
    (shared / "submitted").touch()
    path = export(shared / "all.zip", {"ada/toy1.ipynb": RIGHT_BYTES})
    said = collect(shared, path, status=1)
    assert "ada: failed; it could not be written: Not a directory" in said
    (shared / "submitted").unlink()


OTHERS = b"submission_1:\n  :submitters:\n  - :name: Grace Hopper\n    :sid: '008'\n"
# What a student named as another platform names what it exports, and how many students are taken.
BORROWED = {
    "metadata, in Gradescope": (
        {
            "e/submission_metadata.yml": GRADESCOPE.encode(),
            "e/submission_1/submission_metadata.yml": OTHERS,
            "e/submission_1/submission_2/toy1.ipynb": b"",
            "e/submission_2/toy1.ipynb": b"",
        },
        PLAIN_ROSTER,
        "(Gradescope): 3 new.",
    ),
    "metadata, in Moodle": (
        {
            "Ada Lovelace_201_assignsubmission_file/submission_metadata.yml": OTHERS,
            "Ada Lovelace_201_assignsubmission_file/toy1.ipynb": b"",
            "Grace Hopper_202_assignsubmission_file/toy1.ipynb": b"",
        },
        MOODLE_ROSTER,
        "(Moodle): 2 new.",
    ),
    "file, in folders": (
        {"007/run_12_34_x.csv": b"", "007/toy1.ipynb": b"", "008/toy1.ipynb": b""},
        PLAIN_ROSTER,
        "(plain): 2 new.",
    ),
    "folder, in folders": (
        {
            "007/Grace Hopper_202_assignsubmission_file/toy1.ipynb": b"",
            "008/toy1.ipynb": b"",
        },
        PLAIN_ROSTER,
        "(plain): 2 new.",
    ),
    "folder, alone": (
        {"007/Grace Hopper_202_assignsubmission_file/toy1.ipynb": b""},
        PLAIN_ROSTER,
        "(plain): 1 new.",
    ),
}


@pytest.mark.parametrize("kind", BORROWED)
def test_a_students_file_named_as_a_platform_names_hides_nobody_and_is_of_no_other(shared, kind):
    files, people, says = BORROWED[kind]
    path = export(shared / "all.zip", files)
    said = collect(shared, path, "--roster", roster(shared, people), "--dry-run")
    assert says in said
    assert "Left out" not in said


ONE_NAME = {
    "Canvas": {"leewei_101_5001_toy1.ipynb": b"a", "leewei_102_5002_toy1.ipynb": b"b"},
    "Moodle": {
        "Lee Wei_201_assignsubmission_file/toy1.ipynb": b"a",
        "Lee Wei_202_assignsubmission_file/toy1.ipynb": b"b",
    },
    "folders": {"a*b/toy1.ipynb": b"a", "a?b/toy1.ipynb": b"b"},
}


@pytest.mark.parametrize("kind", ONE_NAME)
@pytest.mark.parametrize("people", [None, "student_id,first_name,last_name\n7,Wei,Lee\n"])
def test_two_students_of_one_name_do_not_replace_one_another(shared, kind, people):
    path = export(shared / "all.zip", ONE_NAME[kind] | {"x_9_1_toy1.ipynb": b""})
    more = ("--roster", roster(shared, people)) if people else ()
    said = collect(shared, path, *more, "--dry-run", status=1)
    assert "earlier:" not in said
    assert said.count("2 have this name") == (0 if kind == "folders" and people else 2)


def test_many_archives_of_one_hand_in_may_hold_what_one_may(shared, monkeypatch):
    monkeypatch.setattr(archives, "SUBMISSION", Limits(9, 1_000_000))
    one = packed({"toy1.ipynb": RIGHT_BYTES, "a.bin": bytes(600_000)})
    files = {"007/a.zip": one, "007/b.zip": packed({"b.bin": bytes(600_000)}), "008/a.zip": one}
    path = export(shared / "all.zip", files)
    monkeypatch.chdir(shared)
    found = command.collect(nbgrader(), path, "toy1", command.Options(None, "", UTC, dry_run=True))
    ada, grace = found.taken
    assert sorted(map(str, ada.hand_in.files)) == ["a.bin", "b.zip", "toy1.ipynb"]
    assert "b.zip holds more than 0 MB" in ada.hand_in.notes[0]
    assert sorted(map(str, grace.hand_in.files)) == ["a.bin", "toy1.ipynb"]
    assert not grace.hand_in.notes


def test_nothing_stays_of_an_archive_that_is_not_unpacked(tmp_path):
    path = export(tmp_path / "all.zip", {"a": b"1", "b": bytes(5_000_000)})
    with pytest.raises(ArchiveError):
        archives.unpack(path, tmp_path / "in", Limits(9, 4_000_000))
    assert not (tmp_path / "in").exists()


def test_what_a_killed_run_unpacked_is_removed_by_the_next_one(shared):
    left, running = (shared / f"downloaded/.unpacked-{name}" for name in ("left", "running"))
    for folder in (left, running):
        folder.mkdir(parents=True)
        (folder / ".lock").touch()
    with (running / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        collect(shared, export(shared / "all.zip", {"ada/toy1.ipynb": b""}), "--dry-run")
    assert list((shared / "downloaded").iterdir()) == [running]
    shutil.rmtree(shared / "downloaded")


NO_CONFIGURATION = {
    "syntax": ("x = (", "cannot be used: SyntaxError: '(' was never closed"),
    "import": ("import nothing_here", "No module named 'nothing_here'"),
    "kind": ("c.Grading.profile = 3", "expected a unicode string, not the int 3"),
}


@pytest.mark.parametrize("kind", NO_CONFIGURATION)
def test_a_configuration_that_cannot_be_used_is_told_in_one_line(shared, kind):
    line, says = NO_CONFIGURATION[kind]
    path = shared / "nbgrader_config.py"
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        done = rps_grader(shared, "show", "toy1")
    finally:
        path.write_text(before)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_notebook_that_is_left_out_is_for_a_person_to_look_at(shared):
    names = ("Ada Lovelace_201", "Grace Hopper_202", "Jürgen Müller_203")
    files = {f"{name}_assignsubmission_file/toy1.ipynb": b"" for name in names}
    files["index.html"] = b""
    people = roster(shared, MOODLE_ROSTER)
    said = collect(shared, export(shared / "all.zip", files), "--roster", people, "--dry-run")
    assert "Left out: index.html" in said
    path = export(shared / "all.zip", files | {"Grace/TOY1.IPYNB": b""})
    said = collect(shared, path, "--roster", people, "--dry-run", status=1)
    assert "Left out: Grace/TOY1.IPYNB; index.html" in said
