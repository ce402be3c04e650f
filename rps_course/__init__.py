"""Transfer learning with MobileNetV2 on rock, paper, scissors: the library that students import.

Importing the package is quick; TensorFlow (about 6 CPU seconds) loads when a function needs it.
"""

from rps_course.machine import quiet

__version__ = "0.1.0"

quiet.start_up()
