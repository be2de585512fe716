"""What can go wrong between asking for a model and having it, in one sentence each."""


class ModelError(Exception):
    """Base of everything here; the text says what is wrong and what to do next."""


class UnknownProfileError(ModelError):
    """The name is not one of the profiles."""


class UnknownModelError(ModelError):
    """The name is no role of the profile, no pocket model, repository or folder."""


class OfflineError(ModelError):
    """The model is not on this machine and its source cannot be reached."""


class GatedRepositoryError(ModelError):
    """The repository exists, but its owner has to let this account in."""


class MissingRepositoryError(ModelError):
    """The source answers, but has no such repository."""


class DownloadInterruptedError(ModelError):
    """The connection broke; what has arrived is kept and the next try continues."""


class DamagedFileError(ModelError):
    """A file is not the one that was published."""


class DiskSpaceError(ModelError):
    """The download would not fit on the disk."""


class MemorySpaceError(ModelError):
    """The weights would not fit in the memory of the device."""


class NotInstalledError(ModelError):
    """An optional package or a device that the choice needs is not there."""
