import pytest
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.export.framing import framing_for


def sized(size, **options):
    return framing_for({"a.png": size}, **options)


def test_without_wishes_a_picture_stays_as_it_is():
    picture = Image.effect_noise((48, 64), 50)
    assert sized((48, 64)).applied_to(picture).tobytes() == picture.tobytes()


def test_crop_and_height_are_the_same_for_all():
    framing = framing_for({"a.png": (96, 128), "b.png": (48, 64)}, crop="8,0,32,40", height=80)
    assert (framing.common, framing.size) == ((48, 64), (64, 80))
    large, small = (framing.applied_to(Image.new("RGB", size)).size for size in [(96, 128), (48, 64)])
    assert large == small == (64, 80)


def test_the_crop_cuts_where_it_says():
    picture = Image.new("RGB", (40, 40), "white")
    picture.paste("red", (10, 20, 15, 30))
    assert sized((40, 40), crop="10,20,5,10").applied_to(picture).getcolors() == [(50, (255, 0, 0))]


def test_the_crop_is_that_of_the_smallest_picture():
    framing = framing_for({"a.png": (80, 80), "b.png": (40, 40)}, crop="10,20,5,10")
    large = Image.new("RGB", (80, 80), "white")
    large.paste("red", (12, 32, 38, 68))  # more than is cut out, since edges become soft
    assert framing.applied_to(large).getcolors() == [(50, (255, 0, 0))]


def test_what_is_cut_out_below_the_top_is_enlarged_where_it_becomes_higher_than_it_is():
    assert sized((512, 768), crop="0,400,100,200", height=201).enlarges
    assert not sized((512, 768), crop="0,400,100,200", height=200).enlarges


def test_a_height_keeps_the_shape():
    assert sized((512, 768), height=1080).size == (720, 1080)
    assert sized((512, 768), height=1080).enlarges
    assert not sized((512, 768), height=768).enlarges


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"crop": "1,2,3"}, "--crop: must be LEFT,TOP,WIDTH,HEIGHT in pixels, is '1,2,3'"),
        ({"crop": "-1,0,3,3"}, "--crop: must be LEFT,TOP,WIDTH,HEIGHT in pixels, is '-1,0,3,3'"),
        ({"crop": "0,0,0,3"}, "--crop: 0,0,0,3 is not within the pictures, which are 48×64 px"),
        ({"crop": "1,0,48,64"}, "--crop: 1,0,48,64 is not within the pictures, which are 48×64 px"),
        ({"crop": "0,1,48,64"}, "--crop: 0,1,48,64 is not within the pictures, which are 48×64 px"),
        ({"crop": "0,0,3,0"}, "--crop: 0,0,3,0 is not within the pictures, which are 48×64 px"),
        ({"height": 15}, "--height: must be from 16 to 8192 pixels, is 15"),
        ({"height": 8193}, "--height: must be from 16 to 8192 pixels, is 8193"),
        ({"height": 8}, "--height: must be from 16 to 8192 pixels, is 8"),
        ({"height": -5}, "--height: must be from 16 to 8192 pixels, is -5"),
    ],
)
def test_wishes_that_will_not_do_are_said(options, said):
    with pytest.raises(StudyError) as raised:
        sized((48, 64), **options)
    assert str(raised.value) == said


def test_wishes_that_just_do_are_taken():
    assert sized((48, 64), crop=" 0 , 0, 48,64 ").box == (0, 0, 48, 64)
    assert sized((48, 64), crop=" ").box == (0, 0, 48, 64)
    assert sized((48, 64), crop="47,63,1,1").box == (47, 63, 48, 64)
    assert [sized((48, 64), height=height).size for height in (16, 8192)] == [(12, 16), (6144, 8192)]
    assert sized((1, 64), height=16).size == (1, 16)


def test_pictures_of_another_shape_are_refused():
    with pytest.raises(
        StudyError, match=r"b\.png: is 64×64 px, another shape than 48×64 px of the others; pick one like"
    ):
        framing_for({"a.png": (48, 64), "b.png": (64, 64)})


def test_a_pixel_of_rounding_in_the_smaller_picture_is_no_other_shape():
    assert framing_for({"a.png": (48, 64), "b.png": (98, 128)}).common == (48, 64)
    assert framing_for({"a.png": (48, 64), "b.png": (94, 128)}).common == (48, 64)
    for width in (93, 99):
        with pytest.raises(StudyError, match=rf"^b\.png: is {width}×128 px"):
            framing_for({"a.png": (48, 64), "b.png": (width, 128)})
