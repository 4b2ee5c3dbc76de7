"""``python -m whence.cli`` is the ``whence`` command, for where scripts are not on the PATH."""

from whence.cli import main

if __name__ == "__main__":
    main()
