"""Connections that have not yet shown whose they are."""

from collections import Counter

# More than a keeper opens at once, and few enough that they do not fill a job's memory.
MOST = 256


class Visitors:
    """
    Whoever is one too many takes the place of another: of the address with the most, the one that
    has been silent longest. `end` ends one.
    """

    def __init__(self, most=MOST):
        self.most = most
        # In the order in which they came, with their addresses.
        self.waiting = {}

    def enter(self, visitor, address, end):
        if len(self.waiting) >= self.most:
            [(busiest, _count)] = Counter(self.addresses()).most_common(1)
            oldest = next(
                key for key, (from_there, _) in self.waiting.items() if from_there == busiest
            )
            self.waiting.pop(oldest)[1]()
        self.waiting[visitor] = (address, end)

    def leave(self, visitor):
        self.waiting.pop(visitor, None)

    def addresses(self):
        return [address for address, _end in self.waiting.values()]
