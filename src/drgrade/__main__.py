"""`python -m drgrade` is the command line."""

from drgrade.cli.app import main

if __name__ == "__main__":
    main()
