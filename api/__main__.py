"""`python -m api`: the operator's command as a module.

A process of a pool imports what its parent was started with, unless that is called `__main__`: as `api.cli` it would
be all of the API, four seconds of CPU and 70 MiB for each.
"""

from api.cli import app

if __name__ == "__main__":
    app()
