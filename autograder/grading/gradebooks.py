"""nbgrader's gradebook, as several commands and formgrader use it at the same time."""

import contextlib
import logging
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from tornado.log import app_log

# What SQLite and PostgreSQL say of a gradebook that an older nbgrader has made.
_OLD = re.compile(r"no such column|column \S+ does not exist")
_SECONDS, _USUAL = 60, 5  # that a command waits while another one writes; Python's own


class GradebookError(RuntimeError):
    """The gradebook cannot be used; the message says why."""


def file_of(db_url: str) -> Path | None:
    """Returns the file of a gradebook, None for one on a server."""
    url = make_url(db_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def is_missing(db_url: str) -> bool:
    """Whether there is no gradebook: nbgrader would make an empty one."""
    file = file_of(db_url)
    return file is not None and not file.is_file()


@contextlib.contextmanager
def used(db_url: str) -> Iterator[None]:
    """Says in one way why a gradebook cannot be used.

    Raises:
        GradebookError: it cannot.
    """
    app_log.addFilter(_is_other)
    try:
        yield
    except SQLAlchemyError as error:
        raise _told(db_url, error) from error
    except InvalidEntry as error:
        # nbgrader 0.9.6 makes one of whatever a database says.
        if not isinstance(error.__context__, OperationalError):
            raise
        raise _told(db_url, error.__context__) from error
    finally:
        app_log.removeFilter(_is_other)


def _told(db_url: str, error: SQLAlchemyError) -> GradebookError:
    name = file_of(db_url) or make_url(db_url).render_as_string(hide_password=True)
    because = str(getattr(error, "orig", None) or error).strip()
    remedy = " Run nbgrader db upgrade." if _OLD.search(because) else ""
    return GradebookError(f"The gradebook {name} cannot be used: {because}.{remedy}")


def _is_other(record: logging.LogRecord) -> bool:
    """Whether a message is not nbgrader's about an error that it raises as well."""
    return not str(record.msg).startswith("Rolling back session due to database error")


@contextlib.contextmanager
def one_commit(gradebook: Gradebook) -> Iterator[None]:
    """Lets what is changed meanwhile be written at its end, all of it or nothing."""
    session = gradebook.db()
    commit, session.commit = session.commit, session.flush
    try:
        yield
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.commit = commit


def install() -> None:
    """Lets all commands wait for one another, unless `db_url` says how long."""
    if not event.contains(Engine, "connect", _wait):
        event.listen(Engine, "connect", _wait)


def _wait(connection: Any, _: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        (usual,) = connection.execute("PRAGMA busy_timeout").fetchone()
        if usual == 1000 * _USUAL:
            connection.execute(f"PRAGMA busy_timeout = {1000 * _SECONDS}")


class Writer:
    """Writes all that nbgrader's steps save of a submission at once, through one connection.

    nbgrader opens the gradebook anew for each step, and commits each score by itself.
    """

    def __init__(self, db_url: str, course_id: str) -> None:
        """Opens the gradebook.

        Args:
            db_url: its address.
            course_id: of the course in there.
        """
        self._url, self._open = db_url, Gradebook(db_url, course_id)

    def close(self) -> None:
        """Closes it."""
        self._open.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Lets nbgrader's steps use this connection meanwhile, and saves all or nothing."""
        shared, init, close = self._open, Gradebook.__init__, Gradebook.close

        def join(self: Gradebook, db_url: str, *args: Any, **kwargs: Any) -> None:
            if db_url != shared_url:
                init(self, db_url, *args, **kwargs)
                return
            self.__dict__ |= shared.__dict__

        def leave(self: Gradebook) -> None:
            if self.db is not shared.db:
                close(self)

        shared_url = self._url
        Gradebook.__init__, Gradebook.close = join, leave
        try:
            with one_commit(shared):
                yield
        finally:
            Gradebook.__init__, Gradebook.close = init, close
