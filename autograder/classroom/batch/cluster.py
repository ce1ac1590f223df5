"""The same batch on a Dask cluster: its own executor, which repeats what a dead worker had.

Needs the extra `dask`. Each worker needs this package, of the same version, with the same
references; one that has others refuses, and the grades are provisional.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from autograder.running import scratch

from .cores import count_processors

PATIENCE = 10  # seconds in which a scheduler answers, and has a worker
RETRIES = 3  # times that a hand-in is graded again elsewhere
SPARE_PER_THREAD = 4  # hand-ins that lie ready for each thread of a worker, so that none waits


@contextmanager
def connect_cluster(scheduler: str) -> Iterator[tuple[Callable[[], Executor], int]]:
    """Connect to a scheduler, while the block runs.

    Args:   scheduler: `tcp://host:port`; or `local`: a cluster of this machine's processors.
    Yields: what makes an executor, and how many hand-ins to give it at a time.
    Raises: OSError: there is no such scheduler, or no worker.  ValueError: Dask is missing.
    """
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        install = "pip install -e '.[dask]'"
        raise ValueError(f"a scheduler needs Dask ({error.name} is missing): {install}") from None
    for name in ("distributed", "concurrent.futures"):  # they have their say on every death
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler == "local":
        cores = count_processors()
        with (
            LocalCluster(
                n_workers=cores,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                # a worker puts it on its import path
                local_directory=scratch.make_scratch_folder(),
            ) as cluster,
            Client(cluster) as client,
        ):
            yield (
                (lambda: client.get_executor(pure=False, retries=RETRIES)),
                SPARE_PER_THREAD * cores,
            )
        return
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise OSError(f"no Dask scheduler answers at {scheduler}: is it running?") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise OSError(f"the Dask scheduler at {scheduler} has no worker") from None
        threads = sum(client.nthreads().values())
        yield (lambda: client.get_executor(pure=False, retries=RETRIES)), SPARE_PER_THREAD * threads
