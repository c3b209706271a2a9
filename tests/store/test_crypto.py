"""Protected values open only where they were sealed, and keys and ciphers can change while old values live."""

import pytest

from backend.store.crypto import (
    BrokenSeal,
    Place,
    SettingsKeys,
    UnknownCipher,
    UnknownKey,
    Vault,
    mask,
    mask_typed,
)

KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}
PLACE = Place("fact", "value", "fct_1")


def vault(cipher="SM4-GCM", active="k1", keys=KEYS):
    return Vault(SettingsKeys(keys, active), cipher, b"l" * 32)


@pytest.mark.parametrize("cipher", ["SM4-GCM", "AES-GCM"])
def test_a_sealed_value_opens_at_its_place(cipher):
    sealed = vault(cipher).seal("41052219900101123X", PLACE)
    assert vault(cipher).open(sealed, PLACE) == "41052219900101123X"


def test_a_sealed_value_names_its_cipher_and_key_and_hides_its_text():
    sealed = vault("AES-GCM", "k2").seal("13800138000", PLACE)
    assert sealed.startswith("AES-GCM.k2.")
    assert "13800138000" not in sealed


def test_the_same_text_is_sealed_differently_each_time():
    assert vault().seal("同一段", PLACE) != vault().seal("同一段", PLACE)


@pytest.mark.parametrize(
    "elsewhere", [Place("staff", "value", "fct_1"), Place("fact", "other", "fct_1"), Place("fact", "value", "fct_2")]
)
def test_a_sealed_value_moved_elsewhere_does_not_open(elsewhere):
    with pytest.raises(BrokenSeal):
        vault().open(vault().seal("张三", PLACE), elsewhere)


@pytest.mark.parametrize(
    "damage", [lambda s: s[:-2] + "AA", lambda s: "nothing", lambda s: s.rsplit(".", 1)[0] + ".", str.lower]
)
def test_a_damaged_value_does_not_open(damage):
    with pytest.raises((BrokenSeal, UnknownCipher)):
        vault().open(damage(vault().seal("张三", PLACE)), PLACE)


def test_a_value_sealed_with_an_older_key_and_cipher_still_opens():
    old = vault("AES-GCM", "k1").seal("张三", PLACE)
    new = vault("SM4-GCM", "k2")
    assert new.open(old, PLACE) == "张三"
    assert not new.current(old)
    assert new.current(new.seal("张三", PLACE))


def test_a_value_whose_key_is_gone_names_the_key():
    old = vault(active="k1").seal("张三", PLACE)
    with pytest.raises(UnknownKey) as failure:
        vault(active="k2", keys={"k2": b"2" * 32}).open(old, PLACE)
    assert failure.value.key_id == "k1"


def test_an_unknown_cipher_is_refused_at_the_start():
    with pytest.raises(UnknownCipher):
        vault("ROT13")


def test_bytes_keep_every_value_a_byte_can_have():
    data = bytes(range(256)) * 40
    assert vault().open_bytes(vault().seal_bytes(data, PLACE), PLACE) == data


def test_equal_values_have_equal_lookups_within_a_kind_only():
    one = vault().lookup("id_number", "41052219900101123x")
    assert one == vault(active="k2").lookup("id_number", " 41052219900101123X")
    assert one != vault().lookup("phone", "41052219900101123X")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("full_name", "王小明", "王*明"),
        ("full_name", "王明", "王*"),
        ("full_name", "欧阳小明", "欧**明"),
        ("id_number", "41052219900101123X", "4105************3X"),
        ("phone", "13800138000", "138****8000"),
        ("bank_account", "6222020200112233445", "6222***********3445"),
        ("anything", "秘密", "******"),
    ],
)
def test_masked_forms(name, value, shown):
    assert mask(name, value) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("我的身份证是41052219900101123X，可以吗", "我的身份证是4105************3X，可以吗"),
        ("打我电话 138 0013 8000", "打我电话 138****8000"),
        ("卡号6222 0202 0011 2233 445", "卡号6222***********3445"),
        ("2020年3月签的合同，三年，1200元", "2020年3月签的合同，三年，1200元"),
        ("文号〔2020〕12345678号", "文号〔2020〕12345678号"),
    ],
)
def test_numbers_in_typed_text_are_masked_and_other_text_is_not(typed, kept):
    assert mask_typed(typed) == kept
