"""Where a window is on a map: at the operator's coordinates, else by a search for its address within the city."""

from dataclasses import replace

import pytest

from backend.policy import loader
from backend.policy.loader import PackError
from backend.policy.types import Location, Window
from miniprogram_api.screens import public

HALL = Window(id="hall", name="人才窗口", items=("all",), address="文苑路 1 号")


def shown(test_packs, **known):
    """The way to the map of a window."""
    return public.window(test_packs["testcity"], replace(HALL, **known)).map


def test_a_window_at_the_operators_coordinates_opens_there(test_packs):
    place = shown(test_packs, location=Location(36.1, 114.35))
    assert (place.latitude, place.longitude) == (36.1, 114.35)


@pytest.mark.parametrize(
    ("address", "search"),
    [
        ("文苑路 1 号", "测试市文苑路 1 号"),
        ("测试市图书馆二楼", "测试市图书馆二楼"),
        ("体育中心（包括东西两馆）", "测试市体育中心"),
        ("伊河路 96 号；和昌大厦二楼", "测试市伊河路 96 号"),
        ("各县（市、区）便民服务中心", "测试市便民服务中心"),
    ],
)
def test_without_coordinates_the_address_is_searched_within_the_city(test_packs, address, search):
    place = shown(test_packs, address=address)
    assert (place.search, place.latitude) == (search, None)


@pytest.mark.parametrize("address", [None, "WWW.EXAMPLE.CN"])
def test_what_is_no_place_is_not_on_a_map(test_packs, address):
    assert shown(test_packs, address=address) is None


@pytest.mark.parametrize("location", [{"latitude": 114.35, "longitude": 36.1}, {"latitude": 36, "longitude": 114.3}])
def test_coordinates_the_wrong_way_round_or_too_rough_are_refused(location):
    with pytest.raises(PackError):
        loader._read_window({"id": "w", "name": "窗口", "location": location}, "windows[0]")


@pytest.mark.parametrize(("booking", "labels"), [(True, ["预约"]), (False, [])])
def test_times_are_booked_only_where_that_is_possible(test_packs, booking, labels):
    read = loader._read_window({"id": "hall", "name": "人才窗口", "booking": booking}, "windows[0]")
    window = public.window(test_packs["testcity"], read)
    assert [button.label for button in window.buttons] == labels
