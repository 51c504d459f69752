#!/usr/bin/env python3
"""Plain breadth-first search over a graph of the same shape in igraph and networkx: no time, no proof, no AND.

Usage: reach_peers.py [EDGES]. A library that is not installed is said to be so.
"""
import random
import sys
import time


def edges(count, seed=20240119):
    """Users, groups, mailboxes, secrets in the proportions of reach_bench."""
    rng = random.Random(seed)
    scale = count / 18.5e6
    users, groups, boxes, secrets = (max(1, int(n * scale)) for n in (500_000, 200_000, 600_000, 4_000_000))
    first_group, first_box, first_secret = users, users + groups, users + groups + boxes
    total = users + groups + boxes + secrets
    pairs = [(u, first_box + u % boxes) for u in range(users)]
    for _ in range(int(5e6 * scale)):
        pairs.append((rng.randrange(users), first_group + rng.randrange(groups)))
    for _ in range(int(1.5e6 * scale)):
        pairs.append((first_group + rng.randrange(groups), first_box + rng.randrange(boxes)))
    for _ in range(int(0.5e6 * scale)):
        pairs.append((rng.randrange(users), rng.randrange(users)))
    for _ in range(int(10e6 * scale)):
        pairs.append((first_box + rng.randrange(boxes), first_secret + rng.randrange(secrets)))
    for secret in range(0, secrets, 4):
        pairs.append((first_secret + secret, rng.randrange(users)))
    return total, pairs


def main():
    count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000
    total, pairs = edges(count)
    print(f"{'library':<10} {'edges':>10} {'build s':>9} {'search s':>9} {'reached':>9}")
    try:
        import igraph

        begin = time.process_time()
        graph = igraph.Graph(n=total, edges=pairs, directed=True)
        built = time.process_time() - begin
        begin = time.process_time()
        reached = set()
        for source in range(3):
            reached.update(graph.subcomponent(source, mode="out"))
        print(f"{'igraph':<10} {len(pairs):>10} {built:>9.2f} {time.process_time() - begin:>9.2f} {len(reached):>9}")
    except ImportError:
        print("igraph     is not installed (python3-igraph)")
    try:
        import networkx

        begin = time.process_time()
        graph = networkx.DiGraph(pairs)
        built = time.process_time() - begin
        begin = time.process_time()
        reached = set()
        for source in range(3):
            reached.add(source)
            reached.update(networkx.descendants(graph, source))
        print(f"{'networkx':<10} {len(pairs):>10} {built:>9.2f} {time.process_time() - begin:>9.2f} {len(reached):>9}")
    except ImportError:
        print("networkx   is not installed (python3-networkx)")


if __name__ == "__main__":
    main()
