"""Proofs of a statement, searched backwards from it: the shortest one, or all.

The shortest is the one with the fewest rule applications, each counted as often as its conclusion is used.
Statements are expanded best first, as A* does; the costs of proofs go up from what is asserted, as in
Knuth's generalisation of Dijkstra's algorithm to rules with several premises.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Final, TypeAlias

from whence.reasoning.explain_backward import Backward, Goal, Instance
from whence.reasoning.explain_lookup import Fact, Known
from whence.reasoning.rules import RuleSet

__all__ = ["Proofs", "Search"]

_NEVER: Final = 1 << 60

Proofs: TypeAlias = dict[Goal, list[Instance]]
"""How each statement is concluded: nothing for asserted ones. No statement is among its own premises."""


class Search:
    """Looks for proofs of ``target`` from other statements than itself.

    ``most`` bounds the applications of rules that are looked at; ``cut`` tells that there were more.
    """

    def __init__(self, known: Known, rules: RuleSet, target: Fact, *, most: int) -> None:
        self._known, self._target, self._left = known, Goal(target), most
        self._backward = Backward(known, rules, target)
        self._instances: dict[Goal, dict[Instance, None]] = {}
        self._users: dict[Goal, list[tuple[Goal, Instance]]] = {}
        self._best: dict[Goal, Instance] = {}
        self._cost: dict[Goal, int] = {}
        self._whole: set[Goal] = set()
        self._failed: set[Goal] = set()
        self.cut = False

    @property
    def steps(self) -> int:
        """The applications of rules in the shortest proof that was found."""
        return self._cost.get(self._target, 0)

    # Choosing among proofs

    def shortest(self) -> Proofs | None:
        """The proof with the fewest steps, or ``None`` if none was found."""
        if not self._prove(self._target):
            return None
        proofs: Proofs = {}
        self._include(self._target, proofs)
        return proofs

    def all(self, limit: int) -> Proofs | None:
        """Every way to conclude the statement and its premises, at most ``limit`` in all.

        Left out are ways that would lead in a circle with those found before, nearer to the statement,
        and all but the shortest for premises that are not stored: those have ways without end.
        """
        proofs = self.shortest()
        if proofs is None:
            return None
        waiting, met, number = deque([self._target]), {self._target}, 0
        while waiting:
            goal = waiting.popleft()
            if self._is_given(goal):
                continue
            for instance in self._ways(goal, proofs):
                if number == limit:
                    self.cut = True
                    return proofs
                number += 1
                if instance not in proofs[goal]:
                    proofs[goal].append(instance)
                for premise in instance.premises:
                    if premise not in met and self._known.holds(premise.fact):
                        met.add(premise)
                        waiting.append(premise)
        return proofs

    def _ways(self, goal: Goal, proofs: Proofs) -> Iterator[Instance]:
        """The applications that conclude ``goal``, its shortest first, whose premises have proofs."""
        self._expand(goal, whole=True)
        best = self._best[goal]
        yield best
        for instance in self._instances[goal]:
            if instance == best or not all(map(self._prove, instance.premises)):
                continue
            for premise in instance.premises:
                self._include(premise, proofs)
            if not _reaches(instance.premises, goal, proofs):
                yield instance

    def _include(self, goal: Goal, proofs: Proofs) -> None:
        """Put the shortest proof of a statement into ``proofs``, for what has none there."""
        waiting = [goal]
        while waiting:
            goal = waiting.pop()
            if goal not in proofs:
                best = None if self._is_given(goal) else self._best[goal]
                proofs[goal] = [best] if best else []
                waiting += best.premises if best else ()

    # Searching

    def _is_given(self, goal: Goal) -> bool:
        return goal != self._target and self._known.is_asserted(goal.fact)

    def _least(self, goal: Goal) -> int:
        """No proof of a statement has fewer steps."""
        return 0 if self._is_given(goal) else 1

    def _cost_of(self, goal: Goal) -> int:
        return 0 if self._is_given(goal) else self._cost.get(goal, _NEVER)

    def _prove(self, target: Goal) -> bool:
        """Find the shortest proof of a statement; whether there is one."""
        if self._is_given(target) or target in self._failed:
            return target not in self._failed
        if target == self._target and not self._backward.may_follow(target.fact):
            return False
        order, around, done = count(), {target: 0}, set()
        heap = [(1, next(order), target)]
        while heap and heap[0][0] < self._cost.get(target, _NEVER):
            goal = heappop(heap)[2]
            if goal in done:
                continue
            done.add(goal)
            self._expand(goal)
            for instance in self._instances[goal]:
                least = [*map(self._least, instance.premises)]
                total = around[goal] + 1 + sum(least)
                for premise, own in zip(instance.premises, least, strict=True):
                    if own and total - own < around.get(premise, _NEVER) and self._cost.get(premise) != 1:
                        around[premise] = total - own
                        heappush(heap, (total, next(order), premise))
        if target not in self._cost:
            self._failed.add(target)
        return target in self._cost

    def _expand(self, goal: Goal, *, whole: bool = False) -> None:
        """Find how ``goal`` may be concluded; unless ``whole``, stop at a way that cannot be bettered."""
        if goal in self._whole or (goal in self._instances and not whole):
            return
        known = self._instances.setdefault(goal, {})
        for instance in self._backward.applications(goal):
            if self._left <= 0:
                self.cut = True
                return
            if instance not in known:
                self._left -= 1
                known[instance] = None
                for premise in instance.premises:
                    self._users.setdefault(premise, []).append((goal, instance))
                self._relax(goal, instance)
            if not whole and not any(map(self._least, instance.premises)):
                return
        self._whole.add(goal)

    def _relax(self, goal: Goal, instance: Instance) -> None:
        """Take a way to conclude ``goal`` for its best if it is, and tell all that build upon it."""
        waiting = [(goal, instance)]
        while waiting:
            goal, instance = waiting.pop()
            cost = 1 + sum(map(self._cost_of, instance.premises))
            if cost < min(self._cost.get(goal, _NEVER), _NEVER):
                self._cost[goal], self._best[goal] = cost, instance
                waiting += self._users.get(goal, ())


def _reaches(starts: Iterable[Goal], end: Goal, proofs: Proofs) -> bool:
    waiting, seen = list(starts), set(starts)
    while waiting:
        goal = waiting.pop()
        if goal == end:
            return True
        further = {p for instance in proofs.get(goal, ()) for p in instance.premises} - seen
        seen |= further
        waiting += further
    return False
