"""Runs another reader in a process of its own, because some of them ask for all the memory or time there is."""
import multiprocessing
import resource

MEMORY = 3 << 30  # bytes of address space
SECONDS = 30      # of processor time


def apart(reader, path):
    """What reader(path) gives. Raises what it raised, or RuntimeError where it died."""
    def work(end):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        try:
            end.send(reader(path))
        except ImportError as error:
            end.send(error)
        except Exception as error:
            end.send(RuntimeError(f"{type(error).__name__}: {error}"))
    forked = multiprocessing.get_context("fork")
    mine, other = forked.Pipe(duplex=False)
    child = forked.Process(target=work, args=(other,))
    child.start()
    other.close()
    try:
        found = mine.recv()
    except EOFError:
        found = RuntimeError("it died")
    child.join()
    if isinstance(found, Exception):
        raise found
    return found
