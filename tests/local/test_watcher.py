"""Files that come and go in the buckets' folders are told as S3 tells them: whole, once, whatever is killed when."""

from __future__ import annotations

import errno
import hashlib
import os
import select
import sys
import unicodedata

import pytest

from events.surroundings import Surroundings
from murmuration.local import notices as notices_module
from murmuration.local import watcher as watcher_module
from murmuration.local.buckets import LocalBuckets
from murmuration.local.bus import To
from murmuration.local.database import Database
from murmuration.local.inotify import Inotify
from murmuration.local.publish import publish
from murmuration.local.stack import Stack
from murmuration.local.watcher import OFTEN_MS, PATIENCE_MS, QUIET_MS, SELDOM_MS, Watcher
from schemas.pipeline import Pipeline

LINUX = sys.platform == "linux"
NAMES = Surroundings(buckets={"uploads": "uploads", "other": "other"})


class Bus:
    def __init__(self):
        self.outside = []

    def put(self, said):
        assert not said, "files are others' events"

    def put_outside(self, events):
        self.outside += events


class Stage:
    """A watcher, its database and its bus, and a clock that moves when it is told to."""

    def __init__(self, path, listen):
        self.path = path
        self.root = path / "buckets"
        self.listen = listen
        self.now = 1_000_000
        (self.root / "uploads").mkdir(parents=True)
        (self.root / "other").mkdir()
        self.start()

    def start(self):
        self.database = Database(self.path / "state.db")
        self.bus = Bus()
        self.watcher = Watcher(self.database, self.bus, self.root, NAMES, listen=self.listen)

    def stop(self):
        self.watcher.close()
        self.database.close()

    def take(self, later=0):
        """All that is due now, as short texts."""
        self.now += later
        before = len(self.bus.outside)
        for _ in range(2_000):
            with self.database.transaction():
                self.watcher.take(self.now)
            due = self.watcher.next_due(self.now)
            if due is None or due > self.now:
                break
        else:
            raise AssertionError("it never comes to rest")
        return [told(event) for event in self.bus.outside[before:]]

    def settle(self):
        """Until nothing more is to be told: two looks and the quiet time between them, and a survey."""
        return [one for _ in range(5) for one in self.take(QUIET_MS)]

    def write(self, key, content=b"x", bucket="uploads"):
        path = self.root / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


def told(event):
    kind = {"Object Created": "+", "Object Deleted": "-"}[event["detail-type"]]
    return f"{kind}{event['detail']['bucket']['name']}/{event['detail']['object']['key']}"


@pytest.fixture(params=[pytest.param(True, id="inotify"), pytest.param(False, id="surveys")])
def stage(request, tmp_path):
    if request.param and not LINUX:
        pytest.skip("inotify is Linux's; elsewhere the buckets are surveyed")
    found = Stage(tmp_path, request.param)
    yield found
    found.stop()


@pytest.fixture
def surveyed(tmp_path):
    found = Stage(tmp_path, listen=False)
    yield found
    found.stop()


@pytest.fixture
def listening(tmp_path):
    if not LINUX:
        pytest.skip("inotify is Linux's")
    found = Stage(tmp_path, listen=True)
    found.take()
    yield found
    found.stop()


# both ways of finding out


def test_a_file_is_told_once_when_it_comes_and_once_when_it_goes(stage):
    path = stage.write("in/a.png")
    assert stage.settle() == ["+uploads/in/a.png"]
    assert stage.settle() == []
    path.unlink()
    assert stage.settle() == ["-uploads/in/a.png"]
    assert stage.settle() == []


def test_the_event_is_the_one_that_s3_sends(stage):
    stage.write("in/grüße.png", b"picture").chmod(0o600)
    stage.settle()
    (event,) = stage.bus.outside
    etag = hashlib.md5(b"picture").hexdigest()
    assert event["source"] == "aws.s3"
    assert event["detail-type"] == "Object Created"
    assert event["resources"] == ["arn:aws:s3:::uploads"]
    assert event["time"].endswith("Z")
    detail = event["detail"]
    assert detail["bucket"] == {"name": "uploads"}
    assert detail["reason"] == "PutObject"
    sequencer = detail["object"].pop("sequencer")
    assert detail["object"] == {"key": "in/grüße.png", "size": 7, "etag": etag}
    (stage.root / "uploads/in/grüße.png").unlink()
    stage.settle()
    gone = stage.bus.outside[-1]["detail"]
    assert (gone["reason"], gone["deletion-type"]) == ("DeleteObject", "Permanently Deleted")
    assert gone["object"].pop("sequencer") > sequencer
    assert gone["object"] == {"key": "in/grüße.png", "etag": etag}
    assert len({event["id"] for event in stage.bus.outside}) == 2


def test_files_that_came_and_went_while_nothing_ran_are_told_once(stage):
    stage.write("stays")
    stage.write("goes")
    stage.write("changes", b"1")
    stage.settle()
    stage.stop()
    stage.write("came")
    stage.write("changes", b"22")
    (stage.root / "uploads/goes").unlink()
    stage.start()
    assert sorted(stage.settle()) == ["+uploads/came", "+uploads/changes", "-uploads/goes"]
    stage.stop()
    stage.start()
    assert stage.settle() == []


def test_the_same_content_written_again_is_told_again_and_a_look_alone_is_not(stage):
    path = stage.write("a", b"same")
    stage.settle()
    os.utime(path, ns=(5_000, 5_000))
    assert stage.settle() == ["+uploads/a"]
    path.chmod(0o600)
    path.read_bytes()
    assert stage.settle() == []


def test_another_content_of_the_same_length_is_told(stage):
    stage.write("a", b"one")
    stage.settle()
    path = stage.write("a", b"two")
    os.utime(path, ns=(7_000, 7_000))
    assert stage.settle() == ["+uploads/a"]
    assert stage.bus.outside[-1]["detail"]["object"]["etag"] == hashlib.md5(b"two").hexdigest()


def test_what_is_hidden_unfinished_or_no_file_is_never_told(stage, tmp_path):
    for name in (".DS_Store", ".git/config", ".mm-0011", "a.part", "b.CRDOWNLOAD", "c~", "d.tmp", "e.part/f"):
        stage.write(name)
    (stage.root / "uploads/link").symlink_to(stage.write("target", bucket="other"))
    (stage.root / "uploads/folder").symlink_to(tmp_path)
    os.mkfifo(stage.root / "uploads/pipe")
    stage.write("a", bucket="Not-A-Bucket")
    (stage.root / "file").write_bytes(b"")
    assert stage.settle() == ["+other/target"]


def test_a_name_that_cannot_be_a_key_is_told_to_the_log_once(stage, caplog):
    (stage.root / "uploads" / os.fsdecode(b"\xff\xfe")).write_bytes(b"")
    stage.write("back\\slash")
    stage.write("a" * 250 + "/" + "b" * 250 + "/" + "c" * 250 + "/" + "d" * 250 + "/" + "e" * 250)
    assert stage.settle() == []
    assert len([one for one in caplog.records if "no object" in one.message]) == 3


def test_a_name_that_is_composed_otherwise_has_the_composed_key(stage):
    stage.write(unicodedata.normalize("NFD", "ä.txt"))
    assert stage.settle() == ["+uploads/ä.txt"]


def test_a_renamed_file_goes_and_comes(stage):
    stage.write("a").rename(stage.root / "uploads/b")
    stage.settle()
    (stage.root / "uploads/b").rename(stage.root / "other/c")
    assert sorted(stage.settle()) == ["+other/c", "-uploads/b"]


def test_a_folder_is_moved_with_all_that_is_in_it(stage):
    stage.write("old/a")
    stage.write("old/deep/b")
    stage.write("old!/near")
    stage.settle()
    (stage.root / "uploads/old").rename(stage.root / "uploads/new")
    expected = ["+uploads/new/a", "+uploads/new/deep/b", "-uploads/old/a", "-uploads/old/deep/b"]
    assert sorted(stage.settle()) == expected
    stage.write("new/deep/c")
    assert stage.settle() == ["+uploads/new/deep/c"]
    (stage.root / "uploads/new").rename(stage.path / "elsewhere")
    assert len(stage.settle()) == 3


def test_a_bucket_may_be_made_later(stage):
    stage.settle()
    stage.write("in/a", bucket="third")
    assert [one.partition("-third-")[0] for one in stage.settle()] == ["+mm"]
    stage.write("b", bucket="third")
    assert len(stage.settle()) == 1


def test_a_bucket_that_is_not_there_tells_nothing_until_it_is_back(stage):
    stage.write("a")
    stage.write("deep/b")
    stage.settle()
    (stage.root / "uploads").rename(stage.path / "away")
    assert stage.settle() == []
    (stage.path / "away/deep/b").unlink()
    (stage.path / "away").rename(stage.root / "uploads")
    assert stage.settle() == ["-uploads/deep/b"]
    stage.write("c")
    assert stage.settle() == ["+uploads/c"]


def test_all_buckets_gone_tell_nothing(stage):
    stage.write("a")
    stage.settle()
    stage.root.rename(stage.path / "away")
    stage.now += SELDOM_MS
    assert stage.settle() == []


def test_a_folder_that_cannot_be_read_deletes_nothing(surveyed, monkeypatch, caplog):
    surveyed.write("shut/a")
    surveyed.write("shut/deep/b")
    surveyed.settle()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert surveyed.settle() == []
    assert len([one for one in caplog.records if "cannot be looked at" in one.message]) == 1


def test_what_is_written_through_the_port_is_told(stage):
    buckets = LocalBuckets(stage.root)
    buckets.write("uploads", "in/a", b"1", "")
    buckets.copy("uploads", "in/a", "other", "b")
    assert sorted(stage.settle()) == ["+other/b", "+uploads/in/a"]
    buckets.delete("other", "b")
    assert stage.settle() == ["-other/b"]


def test_what_was_not_committed_is_told_again_and_was_not_remembered(stage):
    stage.write("gone")
    stage.settle()
    stage.write("a")
    (stage.root / "uploads/gone").unlink()
    put = stage.bus.put_outside

    def fail(*_):
        raise RuntimeError("the step failed")

    stage.bus.put_outside = fail
    failures = 0
    for _ in range(4):
        try:
            stage.take(QUIET_MS)
        except RuntimeError:
            failures += 1
    assert failures > 0
    stage.bus.put_outside = put
    assert sorted(stage.settle()) == ["+uploads/a", "-uploads/gone"]
    assert stage.settle() == []


def test_a_step_that_fails_later_for_another_reason_undoes_it_too(stage):
    stage.write("a")
    stage.take()
    stage.now += QUIET_MS
    try:
        with stage.database.transaction():
            stage.watcher.take(stage.now)
            raise RuntimeError("another's failure")
    except RuntimeError:
        pass
    stage.bus.outside.clear()
    assert stage.settle() == ["+uploads/a"]


def test_a_large_file_is_hashed_beside_the_loop(stage):
    content = b"0123456789abcdef" * 200_000
    stage.write("large", content)
    stage.take()
    stage.take(QUIET_MS)
    waiter = select.poll()
    for _ in range(1_000):
        if stage.bus.outside:
            break
        waiter.poll(10)
        stage.take(100)
    (event,) = stage.bus.outside
    assert event["detail"]["object"]["etag"] == hashlib.md5(content).hexdigest()
    assert stage.settle() == []


def test_very_many_files_are_told_in_portions(stage, monkeypatch):
    monkeypatch.setattr(watcher_module, "MOST_LOOKS", 7)
    for number in range(50):
        stage.write(f"in/{number:02}")
    with stage.database.transaction():
        stage.watcher.take(stage.now)
    stage.now += QUIET_MS
    with stage.database.transaction():
        assert stage.watcher.take(stage.now) <= 7
    assert stage.watcher.next_due(stage.now) == stage.now
    stage.settle()
    keys = [event["detail"]["object"]["key"] for event in stage.bus.outside]
    assert sorted(keys) == [f"in/{number:02}" for number in range(50)]


def test_portions_have_a_size_too(stage, monkeypatch):
    monkeypatch.setattr(watcher_module, "MOST_BYTES", 100)
    for number in range(5):
        stage.write(str(number), b"x" * 60)
    with stage.database.transaction():
        stage.watcher.take(stage.now)
    stage.now += QUIET_MS
    with stage.database.transaction():
        assert stage.watcher.take(stage.now) <= 2
    stage.settle()
    assert len(stage.bus.outside) == 5


def test_a_file_that_cannot_be_read_is_waited_for(stage, monkeypatch, caplog):
    real = os.open

    def shut(path, *arguments, **options):
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", shut)
    stage.write("shut")
    assert stage.settle() == []
    assert stage.take(PATIENCE_MS) == []
    monkeypatch.undo()
    assert stage.take(PATIENCE_MS) == ["+uploads/shut"]
    assert len([one for one in caplog.records if "cannot be read" in one.message]) == 1


# surveys


def test_surveyed_a_file_counts_when_it_was_the_same_in_two_looks(surveyed):
    path = surveyed.write("a", b"1")
    assert surveyed.take() == []
    with path.open("ab") as file:
        file.write(b"2")
    assert surveyed.take(QUIET_MS) == []
    assert surveyed.take(QUIET_MS - 1) == []
    assert surveyed.take(1) == ["+uploads/a"]
    assert surveyed.bus.outside[0]["detail"]["object"]["size"] == 2


def test_surveyed_a_file_that_was_whole_before_the_last_survey_was_renamed_to_here(surveyed):
    elsewhere = surveyed.path / "whole"
    elsewhere.write_bytes(b"1")
    os.utime(elsewhere, ns=(5_000, 5_000))
    surveyed.take()
    surveyed.take(QUIET_MS)
    elsewhere.rename(surveyed.root / "uploads/a")
    assert surveyed.take(QUIET_MS) == ["+uploads/a"]


def test_surveyed_nothing_is_listened_to_and_the_pause_grows_with_the_work(surveyed):
    assert surveyed.watcher.fileno() is None
    surveyed.take()
    assert surveyed.watcher.next_due(surveyed.now) == surveyed.now + OFTEN_MS
    surveyed.now += OFTEN_MS
    with surveyed.database.transaction():
        surveyed.watcher.take(surveyed.now)
    assert surveyed.watcher.next_due(surveyed.now) == surveyed.now
    surveyed.take(700)
    assert surveyed.watcher.next_due(surveyed.now) == surveyed.now + 20 * 700


def test_a_survey_that_failed_is_made_again(surveyed, monkeypatch):
    surveyed.write("a")

    def broken(*_):
        raise RuntimeError("the store refused")

    monkeypatch.setattr(surveyed.watcher._objects, "stamps", broken)
    with pytest.raises(RuntimeError):
        surveyed.take()
    monkeypatch.undo()
    assert surveyed.settle() == ["+uploads/a"]


# inotify


def heard(stage):
    """There is something to read, without waiting for it: the system has said it before the call came back."""
    return bool(select.select([stage.watcher.fileno()], [], [], 0)[0])


def test_listening_a_file_counts_when_it_is_closed(listening):
    with (listening.root / "uploads/a").open("wb") as file:
        file.write(b"1")
        file.flush()
        assert heard(listening)
        assert listening.take() == []
        assert listening.take(PATIENCE_MS - 1) == []
        file.write(b"2")
        file.flush()
        assert listening.take(1) == []
    assert heard(listening)
    assert listening.take() == ["+uploads/a"]
    assert not heard(listening)


def test_listening_a_file_that_is_never_closed_counts_after_a_long_silence(listening):
    with (listening.root / "uploads/a").open("wb") as file:
        file.write(b"1")
        file.flush()
        assert listening.take() == []
        assert listening.take(PATIENCE_MS) == ["+uploads/a"]


def test_listening_a_file_that_is_renamed_to_here_counts_at_once(listening):
    elsewhere = listening.path / "whole"
    elsewhere.write_bytes(b"1")
    elsewhere.rename(listening.root / "uploads/a")
    assert listening.take() == ["+uploads/a"]
    half = listening.write("b.part")
    assert listening.take() == []
    half.rename(listening.root / "uploads/b")
    assert listening.take() == ["+uploads/b"]


def test_listening_a_linked_file_counts_too(listening):
    elsewhere = listening.path / "whole"
    elsewhere.write_bytes(b"1")
    os.link(elsewhere, listening.root / "uploads/a")
    assert listening.take() == []
    assert listening.take(PATIENCE_MS) == ["+uploads/a"]


def test_listening_the_same_content_written_at_the_same_instant_is_no_news_and_another_is(listening):
    path = listening.write("a", b"1")
    os.utime(path, ns=(5_000, 5_000))
    listening.settle()
    path.write_bytes(b"1")
    os.utime(path, ns=(5_000, 5_000))
    assert listening.settle() == []
    path.write_bytes(b"2")
    os.utime(path, ns=(5_000, 5_000))
    assert listening.settle() == ["+uploads/a"]


def test_listening_a_folder_moved_in_counts_at_once_also_what_is_deep_in_it(listening):
    elsewhere = listening.path / "whole"
    (elsewhere / "deep/er").mkdir(parents=True)
    (elsewhere / "deep/er/a").write_bytes(b"1")
    elsewhere.rename(listening.root / "uploads/b")
    assert listening.take() == ["+uploads/b/deep/er/a"]


def test_listening_a_deleted_folder_takes_its_files_along(listening):
    listening.write("deep/er/a")
    listening.settle()
    for path in ("deep/er/a", "deep/er", "deep"):
        found = listening.root / "uploads" / path
        found.unlink() if found.is_file() else found.rmdir()
    assert listening.take() == ["-uploads/deep/er/a"]
    listening.write("deep/er/b")
    assert listening.settle() == ["+uploads/deep/er/b"]


def test_listening_words_that_were_lost_are_made_up_by_a_survey(listening, monkeypatch):
    listening.write("a")
    lost = [notices_module.Word(-1, notices_module.Heard.OVERFLOW, "")]
    list(listening.watcher._notices._inotify.words())
    monkeypatch.setattr(Inotify, "words", lambda _: iter([lost.pop()] if lost else []))
    assert listening.settle() == ["+uploads/a"]


def test_listening_seldom_a_survey_finds_what_could_not_be_heard(listening, monkeypatch):
    monkeypatch.setattr(Inotify, "words", lambda _: iter([]))
    listening.write("a")
    assert listening.settle() == []
    assert listening.take(SELDOM_MS) == []
    assert listening.take(PATIENCE_MS) == ["+uploads/a"]


def test_listening_a_copy_in_progress_is_not_hurried_by_a_survey(listening):
    with (listening.root / "uploads/a").open("wb") as file:
        file.write(b"1")
        file.flush()
        listening.take()
        listening.now += SELDOM_MS - PATIENCE_MS // 2
        file.write(b"2")
        file.flush()
        assert listening.take() == []
        assert listening.take(PATIENCE_MS // 2) == []
        file.write(b"3")
        file.flush()
        assert listening.take(PATIENCE_MS - 1) == []
    assert listening.take() == ["+uploads/a"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.ENOMEM])
def test_where_the_system_listens_to_no_more_folders_they_are_surveyed(listening, monkeypatch, caplog, code):
    def full(*_, **__):
        raise OSError(code, "no more")

    monkeypatch.setattr(Inotify, "watch", full)
    listening.write("deep/a")
    assert listening.settle() == ["+uploads/deep/a"]
    assert listening.watcher.fileno() is None
    assert any("max_user_watches" in one.message for one in caplog.records)
    listening.write("deep/b")
    assert listening.settle() == ["+uploads/deep/b"]


def test_where_the_system_has_no_inotify_the_buckets_are_surveyed(tmp_path, monkeypatch):
    def absent(_):
        raise OSError(errno.ENOSYS, "no inotify")

    monkeypatch.setattr(Inotify, "__init__", absent)
    stage = Stage(tmp_path, listen=True)
    assert stage.watcher.fileno() is None
    stage.write("a")
    assert stage.settle() == ["+uploads/a"]
    stage.stop()


def test_another_process_is_heard_too(listening):
    child = os.fork()
    if child == 0:
        (listening.root / "uploads/a").write_bytes(b"1")
        os._exit(0)
    os.waitpid(child, 0)
    assert select.select([listening.watcher.fileno()], [], [], 30)[0]
    assert listening.take() == ["+uploads/a"]


def test_a_dropped_file_comes_to_the_start_handler_by_the_compiled_rule(tmp_path):
    trigger = {"s3": {"bucket": "uploads", "prefix": "in/"}}
    document = {"project": "p", "pipeline": "x", "tasks": {"a": {"action": "pass"}}, "triggers": {"drop": trigger}}
    stack = Stack(tmp_path / "state", surroundings=NAMES)
    publish(stack, Pipeline.read(document))
    stage = Stage(tmp_path, listen=False)
    watcher = Watcher(stack.database, stack.bus, stage.root, NAMES, listen=False)
    stage.write("in/a.png")
    stage.write("elsewhere")
    for now in (stage.now, stage.now + QUIET_MS):
        while watcher.next_due(now) <= now:
            with stack.database.transaction():
                watcher.take(now)
    (item,) = stack.bus.visible(10)
    assert item.to is To.START
    assert [routed.told for routed in item.told] == [{"trigger": "p/x/drop"}]
    assert item.outside["detail"]["object"]["key"] == "in/a.png"
    stack.close()
    stage.stop()
