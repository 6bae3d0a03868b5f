"""Every error kb raises on purpose; each message says the thing, the cause and the next step.

KbError
├── UsageError              wrong words on the command line (exit status 2)
├── SettingsError           kb.toml or a KB_* variable cannot be understood
│   └── NotTrusted          a kb.toml names notes elsewhere and was not confirmed
├── VaultError
│   ├── VaultMissing        no folder of notes where one was named
│   ├── VaultEmpty          the folder holds no Markdown note, or its notes vanished
│   ├── IgnoreFileUnreadable    the rules for hidden notes cannot be read
│   ├── NoteUnreadable      one note cannot be read; indexing reports it and goes on
│   │   └── FileRefused     what stands in a file of another format cannot be read
│   ├── NoteExists          a new note would take the place of another
│   ├── NoteUnwritable      a note cannot be written where it should be
│   ├── NoteChanged         a note is no longer what was read
│   └── NothingToUndo       no change of kb's is left that could be undone
├── IndexingError
│   ├── IndexMissing        nothing has been indexed yet
│   ├── IndexIncompatible   made by a newer kb, or with a model that is gone
│   ├── IndexOutdated       made by an older kb; rebuilt by the next kb index
│   ├── IndexLocked         another process is writing
│   ├── IndexDamaged        set aside; can be rebuilt from the notes
│   ├── IndexOutOfStep      it does not hold what the notes say
│   ├── SharedIndexAway     the server of a shared index does not answer; work goes on without it
│   ├── SharedIndexRefused  it, or what is set of it, cannot be used until somebody mends that
│   └── DiskFull            no room left; nothing was lost
├── ModelError
│   ├── ModelFileMissing    no file at the configured path
│   ├── ModelFileDamaged    not a GGUF file, truncated or inconsistent
│   ├── ModelUnusable       the file failed its test run in a child process
│   ├── ModelUnreachable    a model server does not answer, or refuses
│   ├── KeyNotForHost       a key was given for another server
│   ├── DownloadFailed      a model cannot be had, or is not what it should be
│   ├── NameTaken           a model of that name is installed already
│   ├── PromptTooLong       more text than the model's context holds
│   └── GrammarInvalid      the form asked of an answer cannot be compiled
├── PluginError             a plugin is not there, or what was decided about plugins cannot be kept
├── StudyError
│   ├── NothingToStudy      no note, or nothing in them, to make a summary, quiz or lesson of
│   └── ReviewsUnwritable   an answer cannot be written down
├── ProgramMissing          an editor or another program cannot be started
├── OutputFailed            stdout or stderr cannot be written
├── StateUnwritable         what belongs to this machine cannot be kept
├── LinkingError
│   └── DecisionsUnwritable what was said to a suggestion cannot be written down
├── FeedbackUnwritable      what was said of an answer cannot be written down
├── ExportUnreadable        what another program exported cannot be read, or must not be
├── QuestionTooLong         more was asked than a question is (a UsageError)
└── QuestionEmpty           nothing was asked (a UsageError)
"""

from __future__ import annotations


class KbError(Exception):
    """An outcome the user can act on; shown as one sentence, without a traceback."""

    exit_status = 1


class UsageError(KbError):
    """The command line's words do not fit together."""

    exit_status = 2


class SettingsError(KbError):
    """A setting cannot be understood."""


class NotTrusted(SettingsError):
    """A kb.toml that the user has not confirmed asks for something without which nothing can be read."""


class VaultError(KbError):
    """Something is wrong with the folder of notes."""


class VaultMissing(VaultError):
    """The vault folder does not exist, or is not a folder."""


class VaultEmpty(VaultError):
    """The vault holds no note, or far fewer than the index knows."""


class IgnoreFileUnreadable(VaultError):
    """A `.kbignore` is no small regular file, or may not be read."""


class NoteUnreadable(VaultError):
    """One note's file cannot be read as text."""


class FileRefused(NoteUnreadable):
    """What stands in a file of another format cannot be read, whoever tries."""


class NoteExists(VaultError):
    """A new note's name is taken."""


class NoteUnwritable(VaultError):
    """A note cannot be written there."""


class NoteChanged(VaultError):
    """A note was saved by someone else meanwhile."""


class NothingToUndo(VaultError):
    """No step is left in the undo journal."""


class IndexingError(KbError):
    """Something is wrong with the index folder."""


class IndexMissing(IndexingError):
    """No index has been made yet."""


class IndexIncompatible(IndexingError):
    """The index was written by a newer kb."""


class IndexOutdated(IndexingError):
    """The index was written by an older kb, in a format that this one does not read."""


class IndexLocked(IndexingError):
    """Another process holds the write lock of the index."""


class IndexDamaged(IndexingError):
    """A file of the index is corrupt."""


class IndexOutOfStep(IndexingError):
    """A verification found differences between index and notes."""


class SharedIndexAway(IndexingError):
    """The server of a shared index does not answer at present."""


class SharedIndexRefused(IndexingError):
    """A shared index cannot be used as it is set, or the server refuses."""


class WorkersAway(IndexingError):
    """No worker of a cluster embeds passages."""


class DiskFull(IndexingError):
    """No space is left where the index is written."""


class ModelError(KbError):
    """Something is wrong with a language or embedding model."""


class ModelFileMissing(ModelError):
    """No model file at the configured path."""


class ModelFileDamaged(ModelError):
    """The file is not a complete, consistent model file."""


class ModelUnusable(ModelError):
    """The model failed its test run."""


class ReaderUnusable(ModelError):
    """The trained reader is missing or damaged."""


class ModelUnreachable(ModelError):
    """The model server does not answer, or refuses to."""


class KeyNotForHost(ModelError):
    """The key was given for another server, so it is not sent."""


class DownloadFailed(ModelError):
    """A model file cannot be downloaded, or did not arrive whole."""


class NameTaken(ModelError):
    """A model of that name is installed already."""


class PromptTooLong(ModelError):
    """The prompt leaves no room for an answer."""


class GrammarInvalid(ModelError):
    """The grammar or JSON schema asked of an answer cannot be used."""


class QuestionTooLong(UsageError):
    """A question or query is longer than any is."""


class QuestionEmpty(UsageError):
    """The question has no words."""


class PluginError(KbError):
    """A plugin is unknown, or decisions about plugins cannot be read or kept."""


class StudyError(KbError):
    """A summary, quiz or lesson cannot be held."""


class NothingToStudy(StudyError):
    """What was named holds nothing to summarise, ask or teach."""


class ReviewsUnwritable(StudyError):
    """The log of reviews cannot be written."""


class ProgramMissing(KbError):
    """An editor, or the program that a note is to be opened with, cannot be started."""


class OutputFailed(KbError):
    """A standard stream cannot be written."""


class StateUnwritable(KbError):
    """The folder of what belongs to this machine cannot be written."""


class LinkingError(KbError):
    """Links cannot be suggested or made."""


class FeedbackUnwritable(KbError):
    """What was said of an answer cannot be written down."""


class DecisionsUnwritable(LinkingError):
    """The log of decisions on suggestions cannot be written."""


class ExportUnreadable(KbError):
    """An export of another program cannot be read, or is made to do harm."""
