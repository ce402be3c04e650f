"""`rps-grader roster` and `export`, and the table of `nbgrader export`: names, times, penalties."""

import contextlib
import csv
import datetime
import sqlite3

import pytest
import sandbox
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from platform_exports import CANVAS_ROSTER, MOODLE_ROSTER, PLAIN_ROSTER
from test_states import by_hand
from toy_class import (
    hand_in,
    make,
    release_with_question,
    rps_grader,
    solved,
    with_question,
)

WRONG = "def double(x):\n    return 3 * x"
EXITS = "import os; os._exit(1)"


def students(root):
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        return {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}


def roster(root, text, name="roster.csv"):
    path = root / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded class: full points, late, an error, a written answer that waits, and missing."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("graded"))
        release_with_question(root)
        with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
            gradebook.find_assignment("toy1").duedate = datetime.datetime(2026, 5, 1, 12)
            gradebook.db.commit()
        config = root / "nbgrader_config.py"
        config.write_text(f"{config.read_text()}\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
        hand_in(root, "ada", with_question(solved()))
        hand_in(root, "grace", with_question(solved(), "Because."))
        hand_in(root, "juergen", with_question(solved(double=EXITS)))
        hand_in(root, "late", with_question(solved(), "Because."))
        (root / "submitted/late/toy1/timestamp.txt").write_text("2026-05-02 10:00:00 UTC")
        hand_in(root, "nil", with_question(solved(double="", running_total=""), None or ""), None)
        run = rps_grader(root, "run", "toy1", "--jobs", 2)
        assert "Traceback" not in run.stderr
        by_hand(root, "late", "why", 2)  # after its penalty was computed
        yield root


def table(root, *arguments):
    nbgrader(root, "export", "--to", "table.csv", *arguments)
    with (root / "table.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_roster_gives_names_and_keeps_everything_else(course):
    before = rps_grader(course, "show", "toy1").stdout
    assert "name" not in before.splitlines()[2]
    path = roster(course, CANVAS_ROSTER)
    done = rps_grader(course, "roster", path, "--dry-run")
    assert "1 student would be added, 3 would be changed, 0 as they were." in done.stdout
    assert students(course)["ada"] == (None, None, None)
    done = rps_grader(course, "roster", path)
    assert done.returncode == 0, done.stderr
    assert "1 student added, 3 changed, 0 as they were." in done.stdout
    assert "not in" in done.stdout
    assert "late, nil" in done.stdout
    found = students(course)
    assert found["ada"] == ("Ada", "Lovelace", None)
    assert found["juergen"] == ("Jürgen", "Müller", None)
    assert found["ned"] == ("Ned", "Nobody", None)
    assert (
        "0 students added, 0 changed, 4 as they were." in rps_grader(course, "roster", path).stdout
    )
    assert "Lovelace, Ada" in rps_grader(course, "show", "toy1").stdout
    rps_grader(course, "run", "toy1", "--student", "ada", "--force")
    assert students(course)["ada"] == ("Ada", "Lovelace", None)


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (PLAIN_ROSTER, [], ("007", "Ada", "Lovelace", "ada@example.org")),
        (PLAIN_ROSTER.replace(",", ";"), [], ("007", "Ada", "Lovelace", "ada@example.org")),
        (
            MOODLE_ROSTER,
            [],
            ("ada@example.org", "Ada", "Lovelace", "ada@example.org"),
        ),
        (
            "First Name,Last Name,SID,Email,Role\nAda,Lovelace,007,ada@example.org,Student\n",
            [],
            ("007", "Ada", "Lovelace", "ada@example.org"),
        ),
        (CANVAS_ROSTER, ["--id-column", "SIS User ID"], ("007", "Ada", "Lovelace", None)),
    ],
)
def test_the_rosters_of_platforms_are_read_as_they_are(
    tmp_path, monkeypatch, text, options, expected
):
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    done = rps_grader(root, "roster", roster(root, text), *options)
    assert done.returncode == 0, done.stderr
    number, *about = expected
    assert students(root)[number] == tuple(about)


def test_a_name_of_one_word_has_no_part_that_formgrader_shows_as_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    header, _, rest = CANVAS_ROSTER.partition("\n")
    text = f"{header}\nDan,105,011,dan,A,,\n,106,012,nameless,A,,\n{rest}"
    done = rps_grader(root, "roster", roster(root, text))
    assert done.returncode == 0, done.stderr
    own = "student_id,first_name,last_name\nfirst,Eve,\nlast,,Finn\nada,Ada,\n"
    done = rps_grader(root, "roster", roster(root, own, "own.csv"))
    assert done.returncode == 0, done.stderr
    found = students(root)
    assert found["dan"] == ("", "Dan", None)
    assert found["nameless"] == (None, None, None)  # formgrader lists the id
    assert found["first"] == ("", "Eve", None)
    assert found["last"] == ("", "Finn", None)
    assert found["ada"] == ("", "Ada", None)  # one name, whole, replaces the other
    done = rps_grader(root, "roster", roster(root, own, "own.csv"))
    assert "0 students added, 0 changed, 3 as they were." in done.stdout


def test_the_table_has_zones_and_no_zero_for_what_nobody_graded(course):
    rows = {row["student_id"]: row for row in table(course)}
    assert rows["ada"]["duedate"] == "2026-05-01 12:00:00+00:00"
    assert rows["late"]["timestamp"] == "2026-05-02 10:00:00+00:00"
    assert [(rows[s]["status"], rows[s]["score"]) for s in ("ada", "grace", "nil")] == [
        ("graded", "9.0"),
        ("waiting", "9.0"),
        ("zero", "0.0"),
    ]
    each = table(course, "--StatusExportPlugin.exercises=True", "--student=['juergen']")
    assert [row["score"] for row in each if row["exercise"] == "double"] == [""]


def test_the_penalty_for_being_late_applies_to_points_by_hand(course):
    (row,) = (row for row in table(course) if row["student_id"] == "late")
    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == (
        "11.0",
        "11.0",
        "0.0",
    )


@pytest.mark.parametrize(
    ("computes", "says"),
    [
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("return float('nan')", "it gave nan, expected points from 0 on"),
    ],
)
def test_a_penalty_that_cannot_be_computed_is_told_in_one_line(course, computes, says):
    (course / "penalty.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n\n\n"
        "class Penalty(LateSubmissionPlugin):\n"
        f"    def late_submission_penalty(self, student, score, seconds):\n        {computes}\n"
    )
    config = course / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(f"{before}\nc.AssignLatePenalties.plugin_class = 'penalty.Penalty'\n")
    try:
        reported = rps_grader(course, "report", "toy1")
        stock = nbgrader(course, "export", "--to", "penalties.csv", check=False)
    finally:
        config.write_text(before)
    for done in (reported, stock):
        assert done.returncode != 0
        assert "The late penalty of late cannot be computed by Penalty" in done.stderr
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    assert not (course / "penalties.csv").exists()


def exported(root, source, *arguments, status=0):
    done = rps_grader(root, "export", "toy1", "--roster", source, *arguments)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_canvas_gets_its_own_rows_with_final_grades_only(course):
    text = CANVAS_ROSTER + '"=1+1, Eve",105,011,late,A,,\n"Zero, Nil",106,012,nil,A,5,\n'
    text = text.replace("010,ned,A,", "010,ned,A,EX")
    said = exported(course, roster(course, text), status=1)
    with (course / "toy1-canvas-grades.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "toy1 (987)"],
        ["", "", "", "", "", "Manual Posting"],
        ["Points Possible", "", "", "", "", "9.00"],
        ["Lovelace, Ada", "101", "007", "ada", "A", "9.00"],
        ["Hopper, Grace", "102", "008", "grace", "A", "3.00"],  # waits: as Canvas has it
        ["Müller, Jürgen", "103", "009", "juergen", "A", ""],  # could not be graded
        ["Nobody, Ned", "104", "010", "ned", "A", "EX"],
        ["Student, Test", "999", "", "", "A", ""],
        ["'=1+1, Eve", "105", "011", "late", "A", "0.00"],
        ["Zero, Nil", "106", "012", "nil", "A", "0.00"],
    ]
    assert "3 grades in 'toy1 (987)'" in said
    assert "1 waiting, 1 error, 1 excused in Canvas" in said
    assert "Canvas has 9 points for this assignment, and the gradebook 11." in said
    (course / "toy1-canvas-grades.csv").unlink()


def test_a_table_is_replaced_that_was_exported_before_and_no_other_file(course):
    table, source = course / "toy1-canvas-grades.csv", roster(course, CANVAS_ROSTER)
    exported(course, source, status=1)
    first = table.read_bytes()
    table.write_bytes(first.replace(b"9.00\r\n", b"1.00\r\n"))
    exported(course, source, status=1)
    assert table.read_bytes() == first
    assert "is there already" in exported(course, source, "--to", table.name, status=2)
    assert "is there already" in exported(course, table.name, status=2)  # for the platform's own
    others = (CANVAS_ROSTER.encode(), first.replace(b"toy1", b"toy2"), b"", b"\xff", first + b'"')
    for other in others:
        table.write_bytes(other)
        assert "is there already" in exported(course, source, status=2)
        assert table.read_bytes() == other
    table.unlink()
    moodle = course / "toy1-moodle-grades.csv"
    sheet = MOODLE_ROSTER.replace(',"Feedback comments"', "").replace('PM",-,', 'PM",-')
    worksheet = roster(course, sheet.replace("-,-,", "-,-").replace("ada@example.org", "ada"))
    moodle.write_bytes(worksheet.read_bytes())
    assert "is there already" in exported(course, worksheet, status=2)
    moodle.unlink()


def test_moodle_gets_its_own_worksheet_back(course):
    text = MOODLE_ROSTER.replace("ada@example.org", "ada").replace("grace@example.org", "late")
    text = text.replace("j@example.org", "ned").replace("Yes,-,-,", 'Yes,-,-,"<p>\n; =1</p>"')
    said = exported(course, roster(course, text), "--to", "out.csv", status=1)
    assert "Graded, but not in the file: grace, juergen, nil" in said
    (course / "out.csv").unlink()
    for number, name in enumerate(("grace", "juergen", "nil"), 204):
        text += f'"Participant {number}","-",{name},-,5.00,9.00,Yes,-,-,\n'
    said = exported(course, roster(course, text), "--missing-zero", "--to", "out.csv", status=1)
    with (course / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:3] == ["Identifier", "Full name", "Email address"]
    assert [(row["Identifier"], row["Grade"]) for row in rows] == [
        ("Participant 201", "9.00"),
        ("Participant 202", "0.00"),
        ("Participant 203", "0.00"),
        ("Participant 204", "5.00"),
        ("Participant 205", "5.00"),
        ("Participant 206", "0.00"),
    ]
    assert "Feedback comments" not in rows[0]  # Moodle keeps what it has
    assert {row["Last modified (grade)"] for row in rows} == {"-"}
    assert "not in the file" not in said


EVERYBODY = CANVAS_ROSTER + '"Late, Eva",105,011,late,A,,\n"Zero, Nil",106,012,nil,A,,\n'


@pytest.mark.parametrize("capitals", [False, True])
def test_the_column_of_ids_is_the_one_that_names_the_students_of_the_gradebook(
    course, tmp_path, capitals
):
    to = tmp_path / "out.csv"
    text = EVERYBODY + '"New, Eve",107,013,,A,5,\n'  # enrolled today, without a login
    if capitals:
        text = text.replace(",ada,", ",Ada,").replace(",nil,", ",NIL,")
    said = exported(course, roster(course, text), "--missing-zero", "--to", to, status=1)
    assert "Student ids are from the column 'SIS Login ID' of " in said
    assert "Left out, with nothing in that column: row 11 (Eve New)." in said
    with to.open(newline="") as file:
        found = {row["Student"]: row["toy1 (987)"] for row in csv.DictReader(file)}
    assert [found[name] for name in ("Lovelace, Ada", "Zero, Nil", "Nobody, Ned", "New, Eve")] == [
        "9.00",
        "0.00",
        "0.00",
        "5",
    ]


def test_no_zero_is_entered_while_somebody_who_handed_in_is_not_in_the_file(course, tmp_path):
    to = tmp_path / "out.csv"
    path = roster(course, EVERYBODY)
    column = ("--id-column", "SIS User ID")
    said = exported(course, path, *column, "--missing-zero", "--to", to, status=2)
    assert "5 students handed in, but not in the file: ada, grace, juergen, late, nil." in said
    assert "Ids are from the column 'SIS User ID'" in said
    assert not to.exists()
    said = exported(course, path, *column, "--to", to, status=1)
    assert "0 grades in" in said


def test_a_student_is_found_by_the_id_in_other_capitals_unless_two_could_be_meant(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        for student in ("ada", "dan", "Eve", "eve"):
            gradebook.add_student(student)
    text = "student_id,first_name,last_name\nAda,Ada,A\nDAN,Dan,D\neve,Eve,E\n,No,Body\n"
    path = roster(root, text)
    done = rps_grader(root, "roster", path)
    assert done.returncode == 1, done.stderr
    assert "Student ids are from the column 'student_id' of " in done.stdout
    assert "Left out, with nothing in that column: row 5 (No Body)." in done.stdout
    assert "0 students added, 3 changed, 0 as they were." in done.stdout
    assert {student: first for student, (first, *_) in students(root).items()} == {
        "ada": "Ada",
        "dan": "Dan",
        "Eve": None,
        "eve": "Eve",
    }
    done = rps_grader(root, "roster", roster(root, "student_id\nEVE\n"), "--dry-run")
    assert "1 student would be added" in done.stdout
    for student in ("ADA", "dan", "eve"):
        (root / "in" / student).mkdir(parents=True)
        (root / "in" / student / "toy1.ipynb").write_bytes(b"")
    for more in (("--roster", roster(root, text)), ()):
        done = rps_grader(root, "collect", "in", "toy1", *more)
        assert done.returncode == 0, done.stdout + done.stderr
        assert sorted(folder.name for folder in (root / "submitted").iterdir()) == [
            "ada",
            "dan",
            "eve",
        ]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (PLAIN_ROSTER, [], "neither Canvas' gradebook"),
        (CANVAS_ROSTER, ["--column", "toy2"], "No column of the file is for 'toy2'"),
        (MOODLE_ROSTER, ["--column", "toy1"], "--column is for Canvas"),
        (MOODLE_ROSTER.replace("Last modified (grade)", "x"), [], 'no column "Last modified'),
        (CANVAS_ROSTER, ["--to", "nowhere/x.csv"], "cannot be written: No such file"),
    ],
)
def test_what_cannot_be_exported_is_said_and_nothing_is_written(course, text, options, says):
    path = roster(course, text)
    before = sorted(course.iterdir())
    said = exported(course, path, *options, status=2)
    assert says in said
    assert said.count("\n") == 1, said
    assert sorted(course.iterdir()) == before


def test_a_gradebook_that_cannot_be_written_or_is_old_gets_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    path, gradebook = roster(root, PLAIN_ROSTER), root / "gradebook.db"
    gradebook.chmod(0o444)
    done = rps_grader(root, "roster", path, permitted=False)
    assert done.returncode == 2
    assert "cannot be used: attempt to write a readonly database." in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    gradebook.chmod(0o644)
    with contextlib.closing(sqlite3.connect(gradebook)) as old, old:
        old.execute("ALTER TABLE student DROP COLUMN lms_user_id")
    done = rps_grader(root, "roster", path)
    assert done.returncode == 2
    assert "no such column: student.lms_user_id. Run nbgrader db upgrade." in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
