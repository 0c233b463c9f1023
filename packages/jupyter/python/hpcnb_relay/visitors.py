"""Connections that have not yet shown whose they are."""


class Visitors:
    """
    Whoever is one too many takes the place of another: of the address with the most, the one that
    came first. `most` are here at a time.
    """

    def __init__(self, most):
        self.most = most
        self.count = 0
        # For each address its visitors in the order in which they came, with what ends each.
        self.waiting = {}

    def enter(self, visitor, address, end):
        """`end` is called when it has to go."""
        while self.count >= self.most:
            busiest = max(self.waiting, key=lambda here: len(self.waiting[here]))
            first = next(iter(self.waiting[busiest]))
            end_first = self.waiting[busiest][first]
            self.leave(first, busiest)
            end_first()
        self.waiting.setdefault(address, {})[visitor] = end
        self.count += 1

    def leave(self, visitor, address):
        """One that is not here any more stays away."""
        here = self.waiting.get(address, {})
        if visitor in here:
            del here[visitor]
            self.count -= 1
            if not here:
                del self.waiting[address]
