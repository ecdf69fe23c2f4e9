"""Buckets as folders: whole or not there, and never outside."""

from __future__ import annotations

import hashlib
import os
import resource
import threading
import unicodedata

import pytest

from handlers.actions.action import ActionFailed, Fault
from murmuration.local.buckets import LocalBuckets


@pytest.fixture
def root(tmp_path):
    return tmp_path / "buckets"


@pytest.fixture
def buckets(root):
    found = LocalBuckets(root)
    found.make(["uploads", "other"])
    return found


def failure(call, *arguments):
    with pytest.raises(ActionFailed) as failed:
        call(*arguments)
    return failed.value


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def test_what_is_written_is_read_and_is_a_plain_file(buckets, root):
    written = buckets.write("uploads", "in/deep/a.png", b"picture", "image/png")
    assert (written.size, written.etag) == (7, hashlib.md5(b"picture").hexdigest())
    assert (root / "uploads/in/deep/a.png").read_bytes() == b"picture"
    assert buckets.read("uploads", "in/deep/a.png", 7) == b"picture"
    assert buckets.head("uploads", "in/deep/a.png") == written
    assert buckets.head("uploads", "in/deep") is None
    assert buckets.head("uploads", "in/none") is None
    assert buckets.head("uploads", "in/deep/a.png/below") is None


def test_an_etag_is_that_of_the_content_now(buckets, root):
    buckets.write("uploads", "a", b"one", "")
    before = buckets.head("uploads", "a").etag
    (root / "uploads/a").write_bytes(b"other")
    assert buckets.head("uploads", "a").etag == hashlib.md5(b"other").hexdigest() != before


def test_the_content_type_is_kept_or_told_by_the_ending(buckets, root):
    buckets.write("uploads", "a.json", b"{}", "application/json")
    assert buckets.head("uploads", "a.json").content_type == "application/json"
    (root / "uploads/b.csv").write_bytes(b"")
    assert buckets.head("uploads", "b.csv").content_type == "text/csv"
    assert (
        buckets.head("uploads", buckets.write("uploads", "c", b"", "").key).content_type == "application/octet-stream"
    )


def test_reading_has_a_limit_and_what_is_not_there_is_not_found(buckets):
    buckets.write("uploads", "a", b"1234", "")
    assert failure(buckets.read, "uploads", "a", 3).type == Fault.TOO_LARGE
    assert failure(buckets.read, "uploads", "b", 3).type == Fault.NOT_FOUND
    for call in (
        lambda: buckets.read("nowhere", "a", 3),
        lambda: buckets.write("nowhere", "a", b"", ""),
        lambda: buckets.delete("nowhere", "a"),
        lambda: buckets.copy("uploads", "a", "nowhere", "a"),
        lambda: buckets.list("nowhere"),
    ):
        failed = failure(call)
        assert failed.type == Fault.NOT_FOUND
        assert "nowhere" in str(failed)


def test_a_copy_is_a_second_object(buckets):
    buckets.write("uploads", "a.txt", b"text", "text/plain; charset=utf-8")
    copied = buckets.copy("uploads", "a.txt", "other", "b/a.txt")
    assert buckets.read("other", "b/a.txt", 10) == b"text"
    assert copied.etag == buckets.head("uploads", "a.txt").etag
    assert copied.content_type == buckets.head("uploads", "a.txt").content_type


def test_a_delete_says_whether_it_was_there_and_leaves_room_for_a_shorter_key(buckets):
    buckets.write("uploads", "a/b", b"", "")
    assert buckets.delete("uploads", "a/b") is True
    assert buckets.delete("uploads", "a/b") is False
    assert buckets.delete("uploads", "a") is False
    buckets.write("uploads", "a", b"now an object", "")
    assert buckets.read("uploads", "a", 100) == b"now an object"


def test_a_key_below_a_key_is_refused_in_words(buckets):
    buckets.write("uploads", "a", b"", "")
    buckets.write("uploads", "folder/b", b"", "")
    assert failure(buckets.write, "uploads", "a/b", b"", "").type == Fault.REFUSED
    assert failure(buckets.write, "uploads", "folder", b"", "").type == Fault.REFUSED
    assert buckets.delete("uploads", "a/b") is False


@pytest.mark.parametrize(
    "key",
    [
        *("", "/etc/passwd", "../x", "a/../../x", "a/..", "./a", "a//b", "a/", "a\0b", "a\\b", "a\nb", "\ud800"),
        *("a" * 256, "a/" * 512 + "ab", "ü" * 128, ".hidden", "a/.git/b", ".mm-0011", "in/a.part", "a~", "A.TMP"),
    ],
)
def test_keys_that_lead_out_or_are_no_objects_are_refused_by_every_verb(buckets, root, key):
    buckets.write("other", "source", b"", "")
    for call in (
        lambda: buckets.write("uploads", key, b"x", ""),
        lambda: buckets.read("uploads", key, 10),
        lambda: buckets.head("uploads", key),
        lambda: buckets.delete("uploads", key),
        lambda: buckets.copy("uploads", key, "uploads", "b"),
        lambda: buckets.copy("other", "source", "uploads", key),
    ):
        assert failure(call).type == Fault.REFUSED
    assert files(root) == ["other/source"]


@pytest.mark.parametrize("bucket", ["..", "a", "Uploads", "up/loads", "", ".hidden", "uploads\n", "up\0loads"])
def test_a_bucket_has_a_name_of_a_bucket(buckets, bucket):
    for call in (
        lambda: buckets.read(bucket, "a", 1),
        lambda: buckets.write(bucket, "a", b"", ""),
        lambda: buckets.list(bucket),
    ):
        assert failure(call).type == Fault.REFUSED


def test_links_lead_nowhere(buckets, root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (root / "uploads/link").symlink_to(outside)
    (root / "uploads/file").symlink_to(outside / "secret")
    assert failure(buckets.read, "uploads", "link/secret", 10).type == Fault.NOT_FOUND
    assert failure(buckets.read, "uploads", "file", 10).type == Fault.REFUSED
    assert failure(buckets.write, "uploads", "link/new", b"", "").type == Fault.REFUSED
    assert failure(buckets.copy, "uploads", "file", "other", "a").type == Fault.REFUSED
    buckets.write("uploads", "file", b"mine", "")
    assert (outside / "secret").read_bytes() == b"secret"
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert buckets.read("uploads", "file", 10) == b"mine"
    assert [one.key for one in buckets.list("uploads")] == ["file"]


def test_what_is_no_file_is_no_object(buckets, root):
    os.mkfifo(root / "uploads/pipe")
    assert buckets.head("uploads", "pipe") is None
    assert failure(buckets.read, "uploads", "pipe", 10).type == Fault.NOT_FOUND
    assert buckets.list("uploads") == []


def test_a_write_that_breaks_off_leaves_nothing_and_its_error_is_told_as_it_is(buckets, root):
    def chunks():
        yield b"half"
        raise ConnectionResetError("gone")

    buckets.write("uploads", "a", b"before", "")
    with pytest.raises(ConnectionResetError):
        buckets.write("uploads", "a", chunks(), "")
    assert files(root) == ["uploads/a"]
    assert buckets.read("uploads", "a", 10) == b"before"


def test_while_it_is_written_others_see_the_old_one_or_the_new_one(buckets):
    old, new = b"o" * 300_000, b"n" * 300_000
    buckets.write("uploads", "a", old, "")
    seen = set()
    enough = threading.Event()

    def read():
        while not enough.is_set():
            seen.add(buckets.read("uploads", "a", 1_000_000))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(30):
        whole = old if turn % 2 else new
        buckets.write("uploads", "a", (whole[at : at + 10_000] for at in range(0, len(whole), 10_000)), "")
    enough.set()
    reader.join()
    assert seen <= {old, new}


def test_halves_are_seen_by_nobody_and_tidied_a_day_later(buckets, root):
    half = root / "uploads/.mm-0011223344556677"
    half.write_bytes(b"")
    os.utime(half, (1_000, 1_000))
    (root / "uploads/b.part").write_bytes(b"")
    assert buckets.list("uploads") == []
    assert buckets.tidy(1_000_000 + 86_400_000) == 0
    assert buckets.tidy(1_000_001 + 86_400_000) == 1
    assert files(root) == ["uploads/b.part"]


def test_names_are_composed_whatever_the_file_system_was_given(buckets, root):
    composed, decomposed = "grüße/ä.txt", unicodedata.normalize("NFD", "grüße/ä.txt")
    path = root / "uploads" / decomposed
    path.parent.mkdir()
    path.write_bytes(b"1")
    assert buckets.read("uploads", composed, 10) == b"1"
    assert buckets.head("uploads", decomposed).key == composed
    assert [one.key for one in buckets.list("uploads", "grü")] == [composed]
    buckets.write("uploads", composed, b"2", "")
    assert path.read_bytes() == b"2"
    assert buckets.write("uploads", unicodedata.normalize("NFD", "é"), b"", "").key == "é"
    assert (root / "uploads/é").exists()


def test_a_list_is_in_the_order_of_keys_and_goes_page_by_page(buckets):
    keys = ["a/1", "a/2", "a-b", "b", "ä"]
    for key in reversed(keys):
        buckets.write("uploads", key, b"12", "")
    assert [one.key for one in buckets.list("uploads")] == sorted(keys)
    assert [one.key for one in buckets.list("uploads", "a/")] == ["a/1", "a/2"]
    first = buckets.list("uploads", most=2)
    rest = buckets.list("uploads", after=first[-1].key)
    assert [one.key for one in (*first, *rest)] == sorted(keys)
    assert {one.size for one in first} == {2}


def test_without_room_nothing_is_written(buckets, root):
    buckets.write("uploads", "a", b"before", "")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        failed = failure(buckets.write, "uploads", "a", b"x" * 200_000, "")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert failed.type == Fault.TOO_LARGE
    assert files(root) == ["uploads/a"]
    assert buckets.read("uploads", "a", 10) == b"before"
