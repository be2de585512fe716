"""Families of functions about single numbers."""

import calendar
import functools
import math
import random
from typing import Any

from utils.tasks.code.oracle import Oracle


def _two_positive(rng: random.Random, k: Any) -> tuple:
    shared = rng.randint(1, 12)
    return shared * rng.randint(1, 20), shared * rng.randint(1, 20)


def _clamped(rng: random.Random, k: Any) -> tuple:
    low = rng.randint(-20, 20)
    return rng.randint(-40, 60), low, low + rng.randint(1, 20)


def _year(rng: random.Random, k: Any) -> tuple:
    return (rng.choice((1900, 2000, 2023, 2024, 2100, rng.randint(1600, 2400))),)


def _small(rng: random.Random, k: Any) -> tuple:
    return (rng.randint(1, 40),)


def _near_multiples(rng: random.Random, k: Any) -> tuple:
    return (max(0, (k or 2) * rng.randint(1, 4) + rng.randint(-1, 1)),)


def _is_prime(n: int) -> bool:
    return n > 1 and math.gcd(n, math.factorial(n - 1)) == 1


def _fibonacci(n: int) -> int:
    pair = functools.reduce(lambda p, _: (p[1], sum(p)), range(n), (0, 1))
    return pair[0]


def _collatz(n: int) -> int:
    return 0 if n == 1 else 1 + _collatz(3 * n + 1 if n & 1 else n // 2)


def _fizzbuzz(n: int) -> str:
    return ("Fizz" if n % 3 == 0 else "") + ("Buzz" if n % 5 == 0 else "") or str(n)


ORACLES = {
    "factorial": Oracle(math.factorial, edges=((0,), (1,), (5,))),
    "fibonacci": Oracle(_fibonacci, edges=((0,), (1,), (7,))),
    "gcd": Oracle(math.gcd, edges=((12, 18), (7, 5), (9, 9)), arguments=_two_positive),
    "lcm": Oracle(math.lcm, edges=((4, 6), (7, 5), (9, 9)), arguments=_two_positive),
    "is_prime": Oracle(_is_prime, edges=((0,), (1,), (2,), (4,), (25,), (97,))),
    "primes_up_to": Oracle(
        lambda n: [i for i in range(n + 1) if _is_prime(i)],
        edges=((1,), (2,), (3,), (30,)),
        arguments=_small,
    ),
    "digit_sum": Oracle(lambda n: sum(map(int, str(n))), edges=((0,), (9,), (909,))),
    "count_digits": Oracle(lambda n: len(f"{n}"), edges=((0,), (99,), (100,))),
    "reverse_digits": Oracle(
        lambda n: int("".join(reversed(str(n)))), edges=((0,), (120,), (123,))
    ),
    "clamp": Oracle(
        lambda x, low, high: sorted((x, low, high))[1],
        edges=((5, 1, 9), (0, 1, 9), (12, 1, 9)),
        arguments=_clamped,
    ),
    "is_multiple": Oracle(lambda n, k: divmod(n, k)[1] == 0, edges=((0,),)),
    "is_even": Oracle(lambda n: not n & 1, edges=((0,), (1,), (2,))),
    "leap_year": Oracle(
        calendar.isleap, edges=((1900,), (2000,), (2023,), (2024,)), arguments=_year
    ),
    "fizzbuzz": Oracle(_fizzbuzz, edges=((3,), (5,), (15,), (7,))),
    "collatz": Oracle(_collatz, edges=((1,), (2,), (3,), (7,)), arguments=_small),
    "sum_up_to": Oracle(lambda n: math.comb(n + 1, 2), edges=((0,), (1,), (10,))),
    "sum_multiples": Oracle(
        lambda n, k: sum(i for i in range(n) if not i % k),
        edges=((0,), (300,)),
        arguments=_near_multiples,
    ),
    "divisors": Oracle(
        lambda n: [i for i in range(1, n + 1) if n // i * i == n],
        edges=((1,), (12,), (13,)),
    ),
}
