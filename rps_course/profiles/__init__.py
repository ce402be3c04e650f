"""The profiles that come with the package, and how the file of a profile is read."""
