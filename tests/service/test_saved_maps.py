"""Mappings are kept by name, and the same file works in the shell."""

from __future__ import annotations

import pytest

from app.service.loading import maps
from data import mapping as columns
from data.mapping import Mapping
from data.trouble import Trouble

ODD = Mapping(item_id="nr", prompt="asked", response="told", scores={"bias": {"owl": "b"}})


def test_a_saved_mapping_comes_back_as_it_was(stores):
    maps.save(stores.settings, "our judges", ODD)
    assert maps.saved(stores.settings) == {"our judges": ODD}
    assert maps.named(stores.settings, "our judges").digest == ODD.digest


def test_a_shipped_mapping_has_a_name_too(stores):
    assert maps.named(stores.settings, "xstest_completions").title == "XSTest completions"


@pytest.mark.parametrize("name", ["../up", "", "a/b", ".hidden", "x" * 61])
def test_a_name_is_no_path(stores, name):
    with pytest.raises(Trouble, match="cannot name a mapping"):
        maps.save(stores.settings, name, ODD)


def test_an_unknown_name_lists_those_there_are(stores):
    maps.save(stores.settings, "ours", ODD)
    with pytest.raises(Trouble) as caught:
        maps.named(stores.settings, "theirs")
    assert "ours" in caught.value.fix


def test_a_saved_file_that_was_broken_by_hand_keeps_no_other_out(stores):
    path = maps.save(stores.settings, "ours", ODD)
    (path.parent / "bad.yaml").write_text("nonsense: [")
    assert list(maps.saved(stores.settings)) == ["ours"]


def test_the_same_mapping_works_in_the_shell_by_name_and_as_a_file(home, put):
    path = put("odd.jsonl", [{"nr": 7, "asked": "Q?", "told": "A.", "b": 0.5}])
    written = put("odd.yaml", columns.dump(ODD))
    (first,) = home.json("load", path, "--map", written)["loaded"]
    assert first["scores"] == 1
    (home.folder / "maps").mkdir()
    (home.folder / "maps" / "ours.yaml").write_text(columns.dump(ODD))
    (again,) = home.json("load", path, "--map", "ours")["loaded"]
    assert again["already"]
