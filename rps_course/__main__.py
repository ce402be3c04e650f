"""`python -m rps_course` is the command `rps-course`."""

import sys

from rps_course.cli import main

sys.exit(main())
