"""Transfer learning with MobileNetV2 on rock, paper, scissors: the library that students import.

Importing the package is quick; TensorFlow (about 6 CPU seconds) loads when a function needs it.
"""

__version__ = "0.1.0"
