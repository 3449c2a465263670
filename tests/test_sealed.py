"""Sealed columns: what is sealed opens only with its key and for its purpose, and equal texts are found blindly."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from traceback import format_exception

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supervision import sealed
from supervision.sealed import Keyring, KeyringError, SealError

KEYRING = Keyring({"old1": bytes(range(32)), "new2": bytes(range(1, 33))}, bytes(range(2, 34)))


@given(text=st.text(), purpose=st.text(max_size=20))
@example(text="", purpose="person.doc")
@example(text="㐂", purpose="person.doc")
@example(text="𠮷", purpose="person.doc")
def test_any_text_comes_back_as_it_was(text: str, purpose: str) -> None:
    assert KEYRING.open(KEYRING.seal(text, purpose), purpose) == text


def test_two_seals_of_one_text_differ() -> None:
    assert KEYRING.seal("13900000001", "contact") != KEYRING.seal("13900000001", "contact")


def test_a_sealed_value_names_its_key_and_cipher_and_hides_the_text() -> None:
    key_id, cipher, box = KEYRING.seal("13900000001", "contact").split(".")
    assert (key_id, cipher) == ("new2", "A256GCM")
    assert "13900000001" not in box


def test_each_changed_character_is_found() -> None:
    value = KEYRING.seal("𠮷林路 1 号", "address")
    for place, letter in enumerate(value):
        changed = value[:place] + ("A" if letter != "A" else "B") + value[place + 1 :]
        with pytest.raises(SealError):
            KEYRING.open(changed, "address")


@pytest.mark.parametrize("ending", ["=", "\n", " ", ".", "A", "~", "号"])
def test_an_added_character_is_found(ending: str) -> None:
    with pytest.raises(SealError):
        KEYRING.open(KEYRING.seal("a", "address") + ending, "address")


@pytest.mark.parametrize("value", ["", "..", "plain text", "new2.A256GCM.", "new2.A256GCM.AAAA", "new2.SM4GCM.AAAA"])
def test_what_was_never_sealed_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(SealError) as caught:
        KEYRING.open(value, "address")
    assert "plain text" not in str(caught.value)


def test_a_value_opens_for_its_own_purpose_only() -> None:
    value = KEYRING.seal("13900000001", "contact")
    with pytest.raises(SealError, match="'person'"):
        KEYRING.open(value, "person")


def test_a_value_opens_with_its_own_key_only() -> None:
    stranger = Keyring({"new2": bytes(32)}, bytes(32))
    with pytest.raises(SealError):
        stranger.open(KEYRING.seal("a", "contact"), "contact")


def test_a_key_that_is_gone_is_named() -> None:
    with pytest.raises(SealError, match="'new2'"):
        Keyring({"old1": bytes(32)}, bytes(32)).open(KEYRING.seal("a", "contact"), "contact")


@given(text=st.text(), other=st.text())
def test_blind_indexes_are_equal_exactly_when_the_texts_are(text: str, other: str) -> None:
    assert (KEYRING.blind(text, "doc") == KEYRING.blind(other, "doc")) is (text == other)


def test_blind_indexes_differ_by_purpose_and_by_installation() -> None:
    stranger = Keyring(KEYRING.keys, bytes(32))
    indexes = {KEYRING.blind("0001", "doc"), KEYRING.blind("0001", "doc tail"), stranger.blind("0001", "doc")}
    assert len(indexes) == 3


def test_a_created_key_file_loads_as_the_same_keyring(tmp_path: Path) -> None:
    created = Keyring.create(tmp_path / "keys" / "keyring.json")
    loaded = Keyring.load(tmp_path / "keys" / "keyring.json")
    assert loaded == created
    assert loaded.open(created.seal("a", "x"), "x") == "a"


def test_only_the_owner_reads_a_created_key_file_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    before = os.umask(0)
    try:
        Keyring.create(path)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(p.stat().st_mode) for p in (path, path.parent)] == [0o600, 0o700]
    assert os.listdir(path.parent) == ["keyring.json"]


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    first = Keyring.create(tmp_path / "keyring.json")
    with pytest.raises(KeyringError, match="already there"):
        Keyring.create(tmp_path / "keyring.json")
    assert Keyring.load(tmp_path / "keyring.json") == first
    assert os.listdir(tmp_path) == ["keyring.json"]


def test_two_installations_have_different_keys_and_fingerprints(tmp_path: Path) -> None:
    one, two = Keyring.create(tmp_path / "1"), Keyring.create(tmp_path / "2")
    assert one.fingerprint != two.fingerprint
    assert not set(one.keys.values()) & set(two.keys.values())


def test_an_added_key_seals_while_older_values_stay_readable_and_findable(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    before = Keyring.create(path)
    content = json.loads(path.read_text())
    content["keys"].append({"id": "added", "secret": content["index"]})
    path.write_text(json.dumps(content))
    after = Keyring.load(path)
    assert after.open(before.seal("a", "x"), "x") == "a"
    assert after.seal("a", "x").startswith("added.")
    assert after.blind("a", "x") == before.blind("a", "x")
    assert after.fingerprint == before.fingerprint


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="missing"):
        Keyring.load(tmp_path / "keyring.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o644])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    path.chmod(mode)
    with pytest.raises(KeyringError, match=f"{mode:04o}.*chmod 600"):
        Keyring.load(path)


SECRET = "A" * 43 + "="


def key_file(*keys: tuple[str, str], index: object = SECRET) -> str:
    return json.dumps({"keys": [{"id": key_id, "secret": secret} for key_id, secret in keys], "index": index})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "\x00\xff",
        key_file(),
        key_file(("a", "QQ==")),
        key_file(("a.b", SECRET)),
        key_file(("a", SECRET), ("a", SECRET)),
        key_file(("a", SECRET), index=7),
        key_file(("a", SECRET), index=SECRET + "!"),
        key_file(("a", SECRET))[:-1],
    ],
)
def test_a_damaged_key_file_is_refused_without_being_quoted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyring.json"
    path.touch(mode=0o600)
    path.write_text(text)
    with pytest.raises(KeyringError, match="damaged") as caught:
        Keyring.load(path)
    assert SECRET not in "".join(format_exception(caught.value))


def test_a_whole_key_file_written_by_hand_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.touch(mode=0o600)
    path.write_text(key_file(("a", SECRET), ("b", SECRET)))
    assert Keyring.load(path).seal("a", "x").startswith("b.")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for another user")
def test_keys_that_root_changes_stay_their_owner_s(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    made = Keyring.create(path)
    os.chown(path, 65534, 65534)
    made.grown().store(path)
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (65534, 65534, 0o600)
    assert len(Keyring.load(path).keys) == 2


def test_a_keyring_shows_no_secret_when_printed() -> None:
    assert repr(KEYRING) == f"<Keyring {KEYRING.fingerprint}>"


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = list(sealed._in_use)
    sealed._in_use.clear()
    yield
    sealed._in_use[:] = before


@pytest.mark.usefixtures("no_keyring")
def test_the_process_seals_with_the_keyring_it_was_given() -> None:
    sealed.use(KEYRING)
    assert sealed.open_sealed(KEYRING.seal("a", "x"), "x") == "a"
    assert KEYRING.open(sealed.seal("a", "x"), "x") == "a"
    assert sealed.blind("a", "x") == KEYRING.blind("a", "x")


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_nothing_is_sealed_opened_or_blinded() -> None:
    with pytest.raises(RuntimeError, match="no keyring"):
        sealed.seal("a", "x")
    with pytest.raises(RuntimeError, match="no keyring"):
        sealed.open_sealed("a", "x")
    with pytest.raises(RuntimeError, match="no keyring"):
        sealed.blind("a", "x")
