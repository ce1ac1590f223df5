"""Grade a batch on a Dask cluster, whose executor repeats the work of a worker that died.

This needs the extra `dask`. Each worker needs this package in the same version, with the same
references. A worker with others refuses, and its grades are provisional.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from autograder.running import scratch

from .cores import count_processors

CONNECT_SECONDS = 10  # for the answer of a scheduler, and for its first worker
MAX_RETRIES = 3  # on other workers, for one hand-in
TASKS_PER_THREAD = 4  # so that the next hand-in is on the worker when it has finished one


@contextmanager
def connect_cluster(scheduler: str) -> Iterator[tuple[Callable[[], Executor], int]]:
    """Connect to a scheduler, while the block runs.

    Args:   scheduler: `tcp://host:port`; or `local`: a cluster of this machine's processors.
    Yields: what makes an executor, and how many hand-ins to give it at a time.
    Raises: OSError: no scheduler answers, or it has no worker.  ValueError: Dask is missing.
    """
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        install = "pip install -e '.[dask]'"
        raise ValueError(f"a scheduler needs Dask ({error.name} is missing): {install}") from None
    for name in ("distributed", "concurrent.futures"):  # they report the death of every worker
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler == "local":
        cores = count_processors()
        with (
            LocalCluster(
                n_workers=cores,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                # a worker adds it to its import path, so it must be empty
                local_directory=scratch.make_scratch_folder(),
            ) as cluster,
            Client(cluster) as client,
        ):
            yield (
                (lambda: client.get_executor(pure=False, retries=MAX_RETRIES)),
                TASKS_PER_THREAD * cores,
            )
        return
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise OSError(f"no Dask scheduler answers at {scheduler}: is it running?") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise OSError(f"the Dask scheduler at {scheduler} has no worker") from None
        threads = sum(client.nthreads().values())
        yield (
            (lambda: client.get_executor(pure=False, retries=MAX_RETRIES)),
            TASKS_PER_THREAD * threads,
        )
