"""`rps-grader collect`: exports of learning platforms, taken in and graded."""

import nbformat
import pytest
import sandbox
from nbgrader.api import Gradebook
from platform_exports import (
    CANVAS_ROSTER,
    GRADESCOPE,
    MOODLE_ROSTER,
    PLAIN_ROSTER,
    export,
    notebook_bytes,
    packed,
)
from toy_class import make, results_of, rps_grader, solved

WRONG = "def double(x):\n    return 3 * x"
RIGHT_BYTES = notebook_bytes(solved())
WRONG_BYTES = notebook_bytes(solved(double=WRONG))
MEASURED = b"1\n2\n3\n"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return make(tmp_path_factory.mktemp("released"))


@pytest.fixture
def course(tmp_path, monkeypatch, released):
    monkeypatch.setenv("PYTHONPATH", "")
    return make(tmp_path)


def roster(course, text):
    path = course / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


def collect(course, source, *arguments, status=0):
    done = rps_grader(course, "collect", source, "toy1", *arguments)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if status < 2 else done.stderr


def taken(course):
    """What lies in `submitted/`: file names by student."""
    found = {}
    for path in sorted((course / "submitted").rglob("*")):
        if path.is_file():
            student, assignment, *inside = path.relative_to(course / "submitted").parts
            assert assignment == "toy1"
            found.setdefault(student, []).append("/".join(inside))
    return found


def file_of(course, student, name="toy1.ipynb"):
    return (course / "submitted" / student / "toy1" / name).read_bytes()


def earlier(course):
    folder = course / "downloaded/toy1/earlier"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def scores(course):
    run = rps_grader(course, "run", "toy1", "--jobs", 2)
    assert "Traceback" not in run.stderr
    return {(student, name): result.score for (student, name), result in results_of(course).items()}


def canvas(course, **more):
    files = {
        "lovelaceada_101_5001_toy1.ipynb": WRONG_BYTES,
        "lovelaceada_101_5003_toy1-1.ipynb": RIGHT_BYTES,
        "lovelaceada_101_5002_measurements.csv": MEASURED,
        "hoppergrace_LATE_102_5004_toy1-2.ipynb": WRONG_BYTES,
        "hoppergrace_LATE_102_5005_measurements-1.csv": MEASURED,
        "mllerjrgen_103_5006_handin.zip": packed(
            {"handin/toy1.ipynb": RIGHT_BYTES, "__MACOSX/._toy1.ipynb": b""}
        ),
        "stranger_105_5007_toy1.ipynb": RIGHT_BYTES,
        **more,
    }
    return export(course / "submissions.zip", files)


def test_canvas_is_taken_in_and_graded(course):
    sandbox.require()
    said = collect(course, canvas(course), "--roster", roster(course, CANVAS_ROSTER), status=1)
    assert taken(course) == {
        "ada": ["measurements.csv", "toy1.ipynb"],
        "grace": ["measurements.csv", "toy1.ipynb"],
        "juergen": ["handin/toy1.ipynb"],
    }
    assert file_of(course, "ada") == RIGHT_BYTES  # the newest attempt
    assert earlier(course) == ["ada/1/toy1.ipynb"]
    assert "grace: new; 2 files; late, according to the platform, which does not say when" in said
    assert "stranger: nobody has this number of Canvas (1 file in submissions.zip)" in said
    assert "Handed in nothing: ned (Ned Nobody)" in said
    assert "Collected, toy1 (Canvas): 3 new, 1 not matched." in said
    found = scores(course)
    assert [found[student, "double"] for student in ("ada", "grace", "juergen")] == [4, 1, 4]
    assert found["ada", "measurements"] == found["grace", "measurements"] == 2


def test_the_same_export_again_changes_nothing_and_a_newer_one_replaces(course):
    lists = roster(course, CANVAS_ROSTER)
    collect(course, canvas(course), "--roster", lists, status=1)
    said = collect(course, canvas(course), "--roster", lists, status=1)
    assert "3 unchanged, 1 not matched" in said
    assert earlier(course) == ["ada/1/toy1.ipynb"]
    newer = {"hoppergrace_LATE_102_6000_toy1-3.ipynb": RIGHT_BYTES}
    canvas(course, **newer)
    said = collect(course, course / "submissions.zip", "--roster", lists, "--dry-run", status=1)
    assert "Nothing was written. It would be, toy1 (Canvas): 2 unchanged, 1 newer" in said
    assert "also kept: downloaded/toy1/earlier/grace/1; " in said
    assert earlier(course) == ["ada/1/toy1.ipynb"]
    assert file_of(course, "grace") == WRONG_BYTES
    said = collect(course, course / "submissions.zip", "--roster", lists, status=1)
    assert "grace: newer; 2 files" in said
    assert "also kept: downloaded/toy1/earlier/grace/1; " in said
    assert file_of(course, "grace") == RIGHT_BYTES
    assert "grace/1/toy1.ipynb" in earlier(course)
    older = export(course / "older.zip", {"hoppergrace_LATE_102_5004_toy1-2.ipynb": WRONG_BYTES})
    said = collect(course, older, "--roster", lists, status=1)
    assert "grace: kept" in said
    assert "what is in submitted/grace/toy1 is newer. --force replaces it" in said
    assert "Handed in nothing: ned (Ned Nobody)\n" in said  # the others have, in another archive
    assert file_of(course, "grace") == RIGHT_BYTES
    collect(course, older, "--roster", lists, "--force")
    assert file_of(course, "grace") == WRONG_BYTES


def test_a_hand_in_without_a_notebook_replaces_none_that_has_one(course):
    lists = roster(course, CANVAS_ROSTER)
    notebook = {"lovelaceada_101_5001_toy1.ipynb": RIGHT_BYTES}
    bare = {"lovelaceada_101_5009_measurements.csv": MEASURED}
    folder = course / "archives"
    export(folder / "a.zip", notebook)
    export(folder / "b.zip", bare)
    said = collect(course, folder, "--roster", lists, status=1)
    assert "ada: new; 1 file; a newer one is put aside: there is no notebook in it" in said
    assert taken(course) == {"ada": ["toy1.ipynb"]}
    assert earlier(course) == ["ada/1/measurements.csv"]
    alone = export(course / "alone.zip", bare | {"hoppergrace_102_5010_measurements.csv": MEASURED})
    said = collect(course, alone, "--roster", lists, status=1)
    assert "ada: put aside; there is no notebook in it; what is in submitted/ada/toy1 has" in said
    assert taken(course) == {"ada": ["toy1.ipynb"], "grace": ["measurements.csv"]}
    assert earlier(course) == ["ada/1/measurements.csv"]
    collect(course, alone, "--roster", lists, "--force", status=1)
    assert taken(course)["ada"] == ["measurements.csv"]


def test_a_late_time_is_written_where_canvas_gives_none(course):
    lists = roster(course, CANVAS_ROSTER)
    options = ("--roster", lists, "--late-time", "2026-05-03 12:00", "--timezone", "Europe/Berlin")
    collect(course, canvas(course), *options, status=1)
    assert file_of(course, "grace", "timestamp.txt") == b"2026-05-03 10:00:00 UTC\n"
    assert "timestamp.txt" not in taken(course)["ada"]


@pytest.mark.parametrize("flat", [False, True])
def test_moodle_is_taken_in_with_its_times(course, flat):
    between = "_" if flat else "/"
    files = {
        f"Ada Lovelace_201_assignsubmission_file{between}toy1.ipynb": RIGHT_BYTES,
        f"Ada Lovelace_201_assignsubmission_file{between}measurements.csv": MEASURED,
        "Ada Lovelace_201_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        f"Participant_202_assignsubmission_file{between}toy1.ipynb": WRONG_BYTES,
        f"Somebody Else_203_assignsubmission_file{between}toy1.ipynb": WRONG_BYTES,
    }
    source = export(course / "course-toy1-55.zip", files)
    options = ("--roster", roster(course, MOODLE_ROSTER), "--timezone", "Europe/Berlin")
    said = collect(course, source, *options, "--id-column", "Email address", status=1)
    names = ["measurements.csv", "timestamp.txt", "toy1.ipynb"]
    assert taken(course) == {
        "ada@example.org": names,
        "grace@example.org": ["timestamp.txt", "toy1.ipynb"],
    }
    assert file_of(course, "ada@example.org", "timestamp.txt") == b"2026-05-01 12:14:00 UTC\n"
    assert "Somebody Else: nobody has this id or name" in said
    assert "Left out: Ada Lovelace_201_assignsubmission_onlinetext/onlinetext.html" in said


NO_FILE = {
    "Moodle": (
        {
            "Ada Lovelace_201_assignsubmission_file/toy1.ipynb": RIGHT_BYTES,
            "Ada Lovelace_201_assignsubmission_onlinetext/onlinetext.html": b"<p>",
            "Grace Hopper_202_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        },
        MOODLE_ROSTER.replace("@example.org", ""),
        "grace: not taken; only an online text was handed in, and no file",
    ),
    "Moodle, flat": (
        {"Grace Hopper_202_assignsubmission_onlinetext_onlinetext.html": b"<p>"},
        MOODLE_ROSTER.replace("@example.org", ""),
        "grace: not taken; only an online text was handed in, and no file",
    ),
    "Canvas": (
        {"lovelaceada_101_5001_toy1.ipynb": RIGHT_BYTES, "hoppergrace_LATE_102_link.html": b"<p>"},
        CANVAS_ROSTER,
        "grace: not taken; only a link was handed in, and no file",
    ),
}


@pytest.mark.parametrize("kind", NO_FILE)
def test_a_text_or_link_in_place_of_a_file_is_for_a_person_to_look_at(course, kind):
    files, people, says = NO_FILE[kind]
    source = export(course / "all.zip", files)
    said = collect(course, source, "--roster", roster(course, people), status=1)
    assert says in said
    assert "1 not taken" in said
    assert "(Grace Hopper)" not in said  # who has handed in nothing
    assert "grace" not in taken(course)


def test_a_group_of_moodle_hands_in_for_all_its_members(course):
    source = export(
        course / "groups.zip", {"Group A_8_assignsubmission_file/toy1.ipynb": RIGHT_BYTES}
    )
    collect(course, source, "--roster", roster(course, PLAIN_ROSTER))
    assert taken(course) == {"008": ["toy1.ipynb"], "009": ["toy1.ipynb"]}


def gradescope(course, metadata=GRADESCOPE, ada=RIGHT_BYTES):
    folder = "assignment_42_export"
    files = {
        f"{folder}/submission_metadata.yml": metadata.encode(),
        f"{folder}/submission_1/toy1.ipynb": ada,
        f"{folder}/submission_1/measurements.csv": MEASURED,
        f"{folder}/submission_2/work/toy1.ipynb": WRONG_BYTES,
        f"{folder}/submission_2/timestamp.txt": b"2020-01-01 00:00:00 UTC",
        f"{folder}/submission_3/toy1.ipynb": RIGHT_BYTES,
    }
    return export(course / "export.zip", files)


def test_gradescope_is_taken_in_with_groups_and_times_and_graded(course):
    sandbox.require()
    lists = roster(course, PLAIN_ROSTER)
    said = collect(course, gradescope(course), "--roster", lists, status=1)
    assert taken(course) == {
        "007": ["measurements.csv", "timestamp.txt", "toy1.ipynb"],
        "008": ["timestamp.txt", "work/toy1.ipynb"],
        "009": ["timestamp.txt", "work/toy1.ipynb"],
    }
    assert file_of(course, "007", "timestamp.txt") == b"2026-05-01 17:34:00 UTC\n"
    assert file_of(course, "009", "timestamp.txt") == b"2026-05-02 01:00:00 UTC\n"
    assert "submission_3: nobody has this id or name" in said
    found = scores(course)
    assert [found[student, "double"] for student in ("007", "008", "009")] == [4, 1, 1]
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_submission("toy1", "007").timestamp.hour == 17
    later = GRADESCOPE.replace("2026-05-01 17:34", "2026-05-01 16:34")
    said = collect(course, gradescope(course, later, WRONG_BYTES), "--roster", lists, status=1)
    assert "007: kept" in said


def test_folders_and_files_named_by_students_are_taken_in_and_graded(course):
    sandbox.require()
    source = course / "inbox"
    for name, content in {
        "007/toy1.ipynb": RIGHT_BYTES,
        "007/timestamp.txt": b"2026-05-01 12:00:00 Europe/Berlin",
        "Grace Hopper.zip": packed({"toy1.ipynb": WRONG_BYTES, "timestamp.txt": b"2020-01-01"}),
        "j@example.org_toy1.ipynb": RIGHT_BYTES,
        "j@example.org_measurements.csv": MEASURED,
        "who.ipynb": RIGHT_BYTES,
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    said = collect(course, source, "--roster", roster(course, PLAIN_ROSTER), status=1)
    assert taken(course) == {
        "007": ["timestamp.txt", "toy1.ipynb"],
        "008": ["toy1.ipynb"],
        "009": ["measurements.csv", "toy1.ipynb"],
    }
    assert file_of(course, "007", "timestamp.txt") == b"2026-05-01 10:00:00 UTC\n"
    assert "who: nobody has this id or name" in said
    found = scores(course)
    assert [found[student, "double"] for student in ("007", "008", "009")] == [4, 1, 4]
    assert found["009", "measurements"] == 2


def test_without_a_roster_names_of_the_archive_become_students(course):
    files = {f"submitted/{name}/toy1/toy1.ipynb": RIGHT_BYTES for name in ("ada", "ben")}
    collect(course, export(course / "all.zip", files))
    assert taken(course) == {"ada": ["toy1.ipynb"], "ben": ["toy1.ipynb"]}
    collect(course, export(course / "one.zip", {"cleo/toy1.ipynb": RIGHT_BYTES}))
    assert taken(course)["cleo"] == ["toy1.ipynb"]


def test_a_file_in_no_folder_is_a_students_only_where_its_name_and_content_say_so(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_assignment("toy2")
        gradebook.add_student("ben")
    files = {
        "ada_toy1.ipynb": RIGHT_BYTES,
        "ada_measurements.csv": MEASURED,
        "ben_toy1 (1).ipynb": RIGHT_BYTES,
        "ben_notes.txt": b"mine",
        "cleo_toy1 (2).zip": packed({"toy1.ipynb": RIGHT_BYTES}),
        "dan.ipynb": RIGHT_BYTES,
        "eve.txt": RIGHT_BYTES,
    }
    collect(course, export(course / "all.zip", files))
    names = ["ada", "ben", "cleo", "dan", "eve"]
    assert sorted(taken(course)) == names
    assert taken(course)["ada"] == ["measurements.csv", "toy1.ipynb"]
    strange = {
        "ben_toy2.ipynb": "it names toy2",
        "fay_TOY2-final.zip": "it names toy2",
        "toy2/toy1.ipynb": "it names toy2",
        "toy1.ipynb": "it does not say whose it is",
        "measurements.csv": "it does not say whose it is",
        "strange.txt": "of nobody who is known; no notebook, and no file that toy1 asks for",
    }
    others = dict.fromkeys(strange, RIGHT_BYTES) | {"strange.txt": b"?"}
    said = collect(course, export(course / "all.zip", files | others), status=1)
    for name, why in strange.items():
        assert f"{name} ({why})" in said
    assert sorted(taken(course)) == names
    said = collect(course, export(course / "others.zip", others), status=2)
    assert "holds nothing of toy1: ben_toy2.ipynb (it names toy2)" in said


def test_archives_in_a_folder_are_those_of_students_where_they_look_so(course):
    folder = course / "inbox"
    export(folder / "ada.zip", {"handin/toy1.ipynb": RIGHT_BYTES})
    export(folder / "ben.zip", {"toy1.ipynb": RIGHT_BYTES})
    export(folder / "class.zip", {f"{name}/toy1.ipynb": RIGHT_BYTES for name in ("cleo", "dan")})
    collect(course, folder)
    assert taken(course) == {
        "ada": ["handin/toy1.ipynb"],
        "ben": ["toy1.ipynb"],
        "cleo": ["toy1.ipynb"],
        "dan": ["toy1.ipynb"],
    }


def test_a_time_that_a_person_has_changed_stays(course):
    lists = roster(course, PLAIN_ROSTER)
    collect(course, gradescope(course), "--roster", lists, status=1)
    path = course / "submitted/007/toy1/timestamp.txt"
    path.write_text("2026-04-30 10:00:00 UTC")
    said = collect(course, gradescope(course), "--roster", lists, status=1)
    assert "3 unchanged" in said
    assert path.read_text() == "2026-04-30 10:00:00 UTC"
    later = GRADESCOPE.replace("2026-05-01 17:34", "2026-05-01 18:34")
    said = collect(course, gradescope(course, later), "--roster", lists, status=1)
    assert "007: time changed; handed in 2026-05-01 18:34 UTC" in said
    assert path.read_text() == "2026-05-01 18:34:00 UTC\n"


def test_of_two_archives_that_a_student_packed_the_newer_counts(course):
    files = {
        "lovelaceada_101_51_toy1-handin-1.zip": packed({"toy1.ipynb": WRONG_BYTES}),
        "lovelaceada_101_52_toy1-handin-2.zip": packed({"toy1.ipynb": RIGHT_BYTES}),
    }
    source = export(course / "all.zip", files)
    said = collect(course, source, "--roster", roster(course, CANVAS_ROSTER), status=1)
    assert "two archives hold the same files; the newer ones count" in said
    assert file_of(course, "ada") == RIGHT_BYTES
    assert earlier(course) == ["ada/1/toy1.ipynb"]


def test_several_archives_in_a_folder_the_newest_attempt_counts(course):
    folder = course / "archives"
    for number, (name, content) in enumerate({"b": WRONG_BYTES, "a": RIGHT_BYTES}.items()):
        export(folder / f"{name}.zip", {f"lovelaceada_101_{50 + number}_toy1.ipynb": content})
    collect(course, folder, "--roster", roster(course, CANVAS_ROSTER))
    assert file_of(course, "ada") == RIGHT_BYTES
    assert earlier(course) == ["ada/1/toy1.ipynb"]


def test_the_pattern_of_nbgraders_own_collector_counts(course):
    config = course / "nbgrader_config.py"
    pattern = r".*/(?P<file_id>toy1)-of-(?P<student_id>\w+)-at-(?P<timestamp>[\d-]+)"
    config.write_text(
        f'{config.read_text()}\nc.FileNameCollectorPlugin.named_regexp = r"{pattern}"\n'
    )
    source = export(course / "all.zip", {"toy1-of-ada-at-2026-05-01.ipynb": RIGHT_BYTES})
    collect(course, source)
    assert taken(course) == {"ada": ["timestamp.txt", "toy1.ipynb"]}


def test_what_was_handed_in_is_read_by_nbformat(course):
    collect(course, canvas(course), "--roster", roster(course, CANVAS_ROSTER), status=1)
    nbformat.read(course / "submitted/ada/toy1/toy1.ipynb", as_version=4)
