from datetime import date

import pytest

from detector.drill import Circle, Pool, Recipe, named_recipe, read_recipe, shape
from detector.errors import UsageError


def test_a_recipe_is_read_from_toml(tmp_path):
    file = tmp_path / "world.toml"
    file.write_text(
        """
        accounts = 50
        days = 3
        start = 2026-05-01
        crowd = { people = 1.0 }
        populations = { classroom = 2, hackathon = [30] }

        [[circles]]
        name = "a firm"
        bond = "organisation"
        mailbox = "one domain"
        card = "one"

        [[campaigns]]
        shape = "proxy_mixed"
        accounts = 40
        share = 0.3
        languages = ["en", "de"]
        """.replace('"de"', '"ja"')
    )
    recipe = read_recipe(file)
    assert (recipe.accounts, recipe.days, recipe.start) == (50, 3, date(2026, 5, 1))
    assert recipe.populations == {"classroom": 2, "hackathon": [30]}
    assert recipe.circles == (Circle("a firm", "organisation", mailbox="one domain", card="one"),)
    assert recipe.campaigns == (shape("proxy_mixed", accounts=40, share=0.3, languages=("en", "ja")),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("acounts = 5", "Did you mean accounts?"),
        ("accounts = '5'", "accounts must be int, not '5'"),
        ("start = 2026-05-01T10:00:00", "start must be date"),
        ("populations = { class_room = 2 }", "Did you mean classroom?"),
        ("populations = { people = 2 }", "it belongs in crowd"),
        ("crowd = { classroom = 0.5 }", "it belongs in populations"),
        ("populations = { classroom = 'two' }", "a number of groups or a list of their sizes"),
        ("[[campaigns]]\nshape = 'profiles'", "No shape of campaign is called profiles"),
        ("[[campaigns]]\nper_hour = 3", "No setting of a campaign is called per_hour"),
        ("[[campaigns]]\naccounts = 'many'", "campaigns.accounts must be int"),
        ("[[campaigns]]\nshare = 1.5", "share = 1.5 is a share; give a number from 0 to 1"),
        ("[[campaigns]]\nframes = 'rhymes'", "choose one of reasoning, grading"),
        ("[[campaigns]]\nlanguages = ['tlh']", "languages has 'tlh'"),
        ("[[circles]]\nbond = 'kin'", "choose one of users, gathering, organisation"),
        ("[[circles]]\naccount = 3", "Did you mean accounts?"),
        ("[[circles]]\nworded = 2", "worded = 2 is a share"),
        ("[[circles]]\naccounts = 0", "accounts = 0 is too small"),
        ("[[circles]]\ncard = 'one'", "users of a tool share neither cards"),
        ("[[circles]]\nunequal = 0.1", "each at hours and loads of their own"),
        ("[[circles]]\nbond = 'gathering'", "a gathering signs up"),
        ("[[circles]]\nbond = 'organisation'", "an organisation has"),
        ("circles = [3]", "write [[circles]] above each"),
        ("campaigns = [3]", "write [[campaigns]] above each"),
        ("= 3", "cannot be read as a TOML recipe"),
        ("bridges = 1.5", "bridges = 1.5 is a share"),
        ("launch = 'soon'", "launch must be float"),
        ("days = 0", "at least 0 accounts and 1 day"),
    ],
)
def test_a_wrong_recipe_says_which_word_is_wrong(tmp_path, text, said):
    file = tmp_path / "world.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_recipe(file)
    assert said in str(caught.value)


def test_a_pool_that_extracts_nothing_must_be_called_resale():
    with pytest.raises(UsageError, match='say frames = "none" for resale'):
        Pool(share=0.0)
    assert Pool(share=0.0, frames="none").kind == "resale"


def test_a_recipe_is_found_by_name(tmp_path):
    assert named_recipe("calm-week").campaigns == ()
    with pytest.raises(UsageError, match="Did you mean calm-week"):
        named_recipe("calm-weak")


def test_an_empty_recipe_file_is_the_usual_recipe(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("accounts = 7")
    assert read_recipe(file) == Recipe(accounts=7)
