"""A value worked out when first read and kept from then on.

Unlike functools.cached_property before Python 3.12 it takes no lock, which in judging a register costs more than the
work itself.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):
    """Decorates a method without arguments; the instance's own attribute takes its place after the first read."""

    def __init__(self, work: Callable[[Any], Value]):
        self.work, self.name, self.__doc__ = work, work.__name__, work.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[Value]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> "lazy[Value] | Value":
        if instance is None:
            return self
        value = self.work(instance)
        setattr(instance, self.name, value)
        return value
