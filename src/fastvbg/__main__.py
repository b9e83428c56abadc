"""`python -m fastvbg`."""

from fastvbg.cli import main

if __name__ == "__main__":
    main()
