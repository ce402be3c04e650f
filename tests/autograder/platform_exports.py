"""Exports of a class, made as the learning platforms make them, for tests of `collect`."""

import io
import zipfile

import nbformat


def notebook_bytes(notebook):
    return nbformat.writes(notebook).encode()


def packed(files):
    """A zip file, as bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return content.getvalue()


def export(path, files, date=(2026, 5, 1, 10, 0, 0)):
    """Writes an archive whose entries were changed on a date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(zipfile.ZipInfo(name, date), text)
    return path


CANVAS_ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section,toy1 (987),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,9.00,(read only)
"Lovelace, Ada",101,007,ada,A,,
"Hopper, Grace",102,008,grace,A,3.00,
"Müller, Jürgen",103,009,juergen,A,,
"Nobody, Ned",104,010,ned,A,,
"Student, Test",999,,,A,,
"""
MOODLE_ROSTER = """\
\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 201","Ada Lovelace",ada@example.org,"Submitted for grading",,9.00,Yes,\
"Friday, 1 May 2026, 2:14 PM",-,
"Participant 202","Grace Hopper",grace@example.org,"Submitted for grading",,9.00,Yes,\
"Friday, 1 May 2026, 3:14 PM",-,
"Participant 203","Jürgen Müller",j@example.org,"No submission",,9.00,Yes,-,-,
"""
GRADESCOPE = """\
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '007'
    :email: ada@example.org
  :created_at: 2026-05-01 17:34:00.861687000 Z
  :score: 2.0
  :results:
    output: |-
      =====
      Final Score: 2.0
submission_2:
  :submitters:
  - :name: Grace Hopper
    :sid: '008'
    :email: grace@example.org
  - :name: Jürgen Müller
    :email: j@example.org
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-05-02 01:00:00.000000000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: America/Los_Angeles
submission_3:
  :submitters: []
"""
PLAIN_ROSTER = """\
student_id,first_name,last_name,email,group
007,Ada,Lovelace,ada@example.org,
008,Grace,Hopper,grace@example.org,Group A
009,Jürgen,Müller,j@example.org,Group A
"""
