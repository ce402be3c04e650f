import io
import sys
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from rps_course import preprocessing
from rps_course.preprocessing import PictureError, load_custom_sample, preprocess_image

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)


def test_a_sample_comes_out_scaled_and_resized_with_its_label():
    out = preprocess_image({"image": PICTURE, "label": np.int64(2)}, 20)
    image = out["image"].numpy()
    assert image.shape == (20, 20, 3)
    assert image.dtype == np.float32
    assert 0 <= image.min() < image.max() <= 1
    assert out["label"] == 2


def test_a_picture_of_the_right_size_is_only_scaled():
    out = preprocess_image({"image": PICTURE, "label": 0}, (40, 30))
    np.testing.assert_allclose(out["image"].numpy(), PICTURE / np.float32(255), atol=1e-7)


def test_resizing_is_bilinear():
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[:, 1] = 255
    image = preprocess_image({"image": picture, "label": 0}, 4)["image"].numpy()
    np.testing.assert_allclose(image[0, :, 0], [0, 0.25, 0.75, 1], atol=1e-6)


def test_it_works_inside_a_datasets_map():
    import tensorflow as tf

    ds = tf.data.Dataset.from_tensors({"image": PICTURE, "label": np.int64(1)})
    out = next(ds.map(preprocess_image).as_numpy_iterator())
    assert out["image"].shape == (96, 96, 3)  # of the offline profile
    assert out["label"] == 1


@pytest.mark.parametrize("size", [0, -3, 2.5, "96", True, (96,), (96, 0)])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(PictureError, match="Received"):
        preprocess_image({"image": PICTURE, "label": 0}, size)


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *((mode, "png") for mode in ("RGB", "RGBA", "P", "L", "LA", "1")),
        *((mode, "jpg") for mode in ("RGB", "L", "CMYK")),
        *((mode, "tif") for mode in ("RGB", "CMYK")),
        ("P", "gif"),
        ("RGB", "webp"),
    ],
)
def test_pictures_of_every_usual_kind_are_read(mode, suffix, tmp_path):
    path = tmp_path / f"hand.{suffix}"
    Image.fromarray(PICTURE).convert(mode).save(path)
    out = load_custom_sample(path, 16)
    assert out.shape == (1, 16, 16, 3)
    assert out.dtype == np.float32
    assert 0 <= out.min() < out.max() <= 1


def test_a_picture_is_resized_as_pillow_does_it_bicubically(tmp_path):
    path = tmp_path / "hand.png"
    Image.fromarray(PICTURE).save(path)
    wanted = np.asarray(Image.fromarray(PICTURE).resize((10, 20), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(load_custom_sample(path, (20, 10))[0], wanted / np.float32(255))


def test_a_path_may_be_a_string_and_the_size_is_the_profiles(tmp_path):
    path = tmp_path / "hand.png"
    Image.fromarray(PICTURE).save(path)
    assert load_custom_sample(str(path)).shape == (1, 96, 96, 3)


def jpeg(path):
    Image.fromarray(PICTURE).resize((300, 300)).save(path, "JPEG")
    return path


def text(path):
    path.write_text("I am no picture.")


def cut_short(path):
    content = jpeg(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def cut_off_at_once(path):
    path.write_bytes(jpeg(path).read_bytes()[:30])


def empty(path):
    path.write_bytes(b"")


def folder(path):
    path.mkdir()


def nothing(path):
    pass


def huge(path):
    Image.new("1", (10_000, 9_000)).save(path, "PNG")


def a_bomb(path):
    Image.new("1", (20_000, 20_000)).save(path, "PNG")


def sixteen_bits(path):
    Image.fromarray(np.full((5, 5), 40_000, np.uint16)).save(path, "PNG")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (text, "not a picture"),
        (cut_short, "damaged"),
        (cut_off_at_once, "not a picture|damaged"),
        (empty, "not a picture"),
        (folder, "is a folder"),
        (nothing, "does not exist"),
        (huge, "Scale it down"),
        (a_bomb, "not a picture|Scale it down"),
        (sixteen_bits, "more than 8 bits"),
    ],
)
def test_a_file_that_is_no_usable_picture_is_refused_by_name(make, says, tmp_path):
    path = tmp_path / "hand.png"
    make(path)
    with pytest.raises(PictureError, match=says) as caught:
        load_custom_sample(path, 16)
    assert "hand.png" in str(caught.value)


def test_without_a_notebook_uploading_says_to_use_a_path(capsys):
    assert preprocessing.upload_picture() is None
    assert "path" in capsys.readouterr().out


def encoded(size=(40, 30), kind="png", **options):
    file = io.BytesIO()
    Image.fromarray(PICTURE).resize(size).save(file, kind, **options)
    return file.getvalue()


def colab(monkeypatch, uploaded):
    module = ModuleType("google.colab")
    module.files = SimpleNamespace(upload=lambda: uploaded)
    monkeypatch.setitem(sys.modules, "google.colab", module)


def test_in_colab_the_uploaded_picture_is_kept_and_shown(tmp_path, monkeypatch, capsys):
    colab(monkeypatch, {"../../hand (1).png": encoded()})
    path = tmp_path / "my_hand.jpg"
    assert preprocessing.upload_picture(path) is None
    assert load_custom_sample(path, (30, 40)).shape == (1, 30, 40, 3)
    assert [found.name for found in tmp_path.iterdir()] == ["my_hand.jpg"]
    said = capsys.readouterr().out
    assert f"Saved as {path}, 40 x 30 pixels" in said
    assert "PIL.Image" in said  # outside of a notebook a picture is shown as text


def test_in_colab_nothing_may_be_chosen(monkeypatch, tmp_path):
    colab(monkeypatch, {})
    assert preprocessing.upload_picture(tmp_path / "my_hand.jpg") is None
    assert not list(tmp_path.iterdir())


def test_an_uploaded_photo_is_upright_and_not_too_large_and_forgets_where_it_was(
    tmp_path, monkeypatch
):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"
    colab(monkeypatch, {"photo.jpg": encoded((2000, 1000), "jpeg", exif=exif)})
    preprocessing.upload_picture(tmp_path / "my_hand.jpg")
    with Image.open(tmp_path / "my_hand.jpg") as kept:
        assert kept.size == (512, 1024)
        assert not kept.getexif()


def test_what_is_uploaded_and_no_picture_is_named(tmp_path, monkeypatch, capsys):
    colab(monkeypatch, {"hand.heic": b"ftypheic"})
    preprocessing.upload_picture(tmp_path / "my_hand.jpg")
    assert "hand.heic is not a picture that can be read" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_in_jupyter_the_button_keeps_the_chosen_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(preprocessing, "_in_notebook", lambda: True)
    button, _ = preprocessing.upload_picture(tmp_path / "my_hand.jpg").children
    chosen = {
        "name": "..\\hand.png",
        "type": "image/png",
        "size": 5,
        "last_modified": datetime.now(UTC),
    }
    button.value = ({**chosen, "content": memoryview(encoded())},)
    assert [found.name for found in tmp_path.iterdir()] == ["my_hand.jpg"]


@pytest.mark.parametrize(
    ("orientation", "turned"), [(1, 0), (3, 2), (6, 3), (8, 1)], ids=["up", "down", "left", "right"]
)
def test_a_photo_is_upright_whatever_the_phone_says(tmp_path, orientation, turned):
    path = tmp_path / "photo.png"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(PICTURE).save(path, exif=exif)
    upright = np.rot90(PICTURE, turned)
    size = upright.shape[:2]
    np.testing.assert_allclose(load_custom_sample(path, size)[0], upright / 255, atol=1e-6)
