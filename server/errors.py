"""What can go wrong, in the domain's words. Routes and the stream translate; nothing here knows HTTP's bodies."""


class SessionError(Exception):
    """A request that cannot be carried out; the message says what is wrong and what would be right."""


class NotFound(SessionError):
    """There is no such session, data set or tensor."""


class Conflict(SessionError):
    """Right in itself, but not at this position or in this state."""


class Invalid(SessionError):
    """The values are wrong in themselves."""


class TooLarge(SessionError):
    """More bytes than are accepted."""


class TooMany(SessionError):
    """One more than are allowed at a time."""


class Unavailable(SessionError):
    """Right, but it cannot be saved now: the store cannot be reached or written."""
