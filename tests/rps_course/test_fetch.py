import hashlib
import io
import zipfile

import h5py
import numpy as np
import pytest
from file_server import serving
from PIL import Image

from rps_course import data, profile
from rps_course.machine import caches, dataset, fetch
from rps_course.machine.fetch import FetchError, Source

CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
RPS = profile.get("standard").dataset
CLOSED = "http://127.0.0.1:9"
KERAS_NAMES = [source.path.name for source in fetch.keras_files()]


@pytest.fixture
def server():
    with serving({"thing.bin": CONTENT}) as running:
        yield running


@pytest.fixture
def thing(server, tmp_path):
    return Source(f"{server.url}/thing.bin", tmp_path / "new" / "thing.bin", sha256=SHA256)


def ranges(server):
    return [asked for method, _, asked in server.requests if method == "GET"]


def test_a_file_is_downloaded_where_it_belongs(server, thing):
    fetch.download(thing)
    assert thing.path.read_bytes() == CONTENT
    assert list(thing.path.parent.iterdir()) == [thing.path]


def test_progress_is_shown(server, thing, capfd):
    fetch.download(thing)
    assert "thing.bin" in capfd.readouterr().err


def test_a_connection_that_ends_early_is_taken_up_by_itself(server, thing):
    server.cut = 1_200_000
    fetch.download(thing)
    assert thing.path.read_bytes() == CONTENT
    assert len(server.requests) == 3
    assert ranges(server)[1].startswith("bytes=")


def test_an_interrupted_download_goes_on_at_the_next_call(server, thing):
    server.cut = 400_000
    with pytest.raises(FetchError, match="goes on where it stopped"):
        fetch.download(thing)
    part = thing.path.with_name("thing.bin.part")
    have = part.stat().st_size
    assert 0 < have < len(CONTENT)
    assert not thing.path.exists()
    server.cut = None
    fetch.download(thing)
    assert ranges(server)[-1] == f"bytes={have}-"
    assert thing.path.read_bytes() == CONTENT


def test_a_server_without_ranges_sends_all_again(server, thing):
    server.ranges = False
    thing.path.parent.mkdir()
    thing.path.with_name("thing.bin.part").write_bytes(CONTENT[:1_000_000])
    fetch.download(thing)
    assert thing.path.read_bytes() == CONTENT


def test_a_part_that_is_complete_already_is_taken(server, thing):
    thing.path.parent.mkdir()
    thing.path.with_name("thing.bin.part").write_bytes(CONTENT)
    fetch.download(thing)
    assert thing.path.read_bytes() == CONTENT


def test_a_file_with_another_sum_is_refused_and_deleted(server, thing):
    server.files["thing.bin"] = CONTENT[:-1] + b"?"
    with pytest.raises(FetchError, match="SHA256"):
        fetch.download(thing)
    assert not list(thing.path.parent.iterdir())


def test_parts_of_two_different_files_are_not_taken_for_one(server, thing):
    thing.path.parent.mkdir()
    thing.path.with_name("thing.bin.part").write_bytes(b"?" * 1000)
    with pytest.raises(FetchError, match="SHA256"):
        fetch.download(thing)
    fetch.download(thing)
    assert thing.path.read_bytes() == CONTENT


def test_the_md5_sum_that_a_server_states_is_checked(server, tmp_path):
    server.hashes = True
    source = Source(f"{server.url}/thing.bin", tmp_path / "thing.bin")
    fetch.download(source)
    source.path.unlink()
    server.stated["thing.bin"] = bytes(16)
    with pytest.raises(FetchError, match="MD5"):
        fetch.download(source)
    assert not source.path.exists()


def test_without_a_network_it_says_so_and_what_to_do(thing):
    with pytest.raises(FetchError, match=r"no network.*RPS_PROFILE=offline"):
        fetch.download(thing, mirror=CLOSED)


def test_a_file_that_the_server_lacks_is_named(server, tmp_path):
    with pytest.raises(FetchError, match=r"other.bin failed: 404"):
        fetch.download(Source(f"{server.url}/other.bin", tmp_path / "other.bin"))


def test_a_mirror_takes_the_place_of_the_files_own_address(server, tmp_path):
    source = Source(f"{CLOSED}/elsewhere/thing.bin", tmp_path / "thing.bin", sha256=SHA256)
    fetch.download(source, mirror=f"{server.url}/rps/")
    assert source.path.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_named(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FetchError, match="Cannot write"):
        fetch.download(Source(f"{server.url}/thing.bin", tmp_path / "file" / "thing.bin"))


def test_whether_the_download_server_answers_is_seen_quickly(server, monkeypatch):
    server.files[KERAS_NAMES[0]] = b"weights"
    monkeypatch.setattr(fetch, "_WEIGHTS", server.url)
    assert fetch.can_download()
    monkeypatch.setattr(fetch, "_WEIGHTS", CLOSED)
    assert not fetch.can_download()


# The whole of `rps-course fetch`, from a class's own server with a small dataset.


def weights_file(numbers, fill=0.5):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        values = np.full(numbers, fill, np.float32)
        file.create_dataset("Conv1/kernel", data=values, compression="gzip")
    return buffer.getvalue()


def pictures_archive(top, each):
    buffer = io.BytesIO()
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("rock", "paper", "scissors"):
            for i in range(each):
                picture = io.BytesIO()
                color = tuple(rng.integers(0, 256, 3).tolist())
                Image.new("RGB", (300, 300), color).save(picture, "PNG")
                archive.writestr(f"{top}/{name}/{name}{i:02}.png", picture.getvalue())
    return buffer.getvalue()


@pytest.fixture(scope="module")
def originals():
    numbers = [source.numbers for source in fetch.keras_files()]
    return {
        KERAS_NAMES[0]: weights_file(numbers[0]),
        KERAS_NAMES[1]: weights_file(numbers[1]),
        KERAS_NAMES[2]: "\n".join(["background", *map(str, range(1000))]).encode(),
        "rps.zip": pictures_archive("rps", 4),
        "rps-test-set.zip": pictures_archive("rps-test-set", 2),
    }


@pytest.fixture
def mirror(originals, tmp_path, monkeypatch):
    """A server with every file, an empty machine, and TFDS's registered sums for these files."""
    import tensorflow_datasets as tfds

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    builder = type(tfds.builder(RPS, data_dir=tmp_path / "other"))
    sums = {
        url: tfds.core.download.checksums.UrlInfo(
            size=len(originals[info.filename]),
            checksum=hashlib.sha256(originals[info.filename]).hexdigest(),
            filename=info.filename,
        )
        for url, info in builder.url_infos.items()
    }
    monkeypatch.setattr(builder, "url_infos", sums)
    with serving(dict(originals)) as running:
        yield running


def test_fetching_makes_the_standard_profiles_data_ready(mirror):
    assert not fetch.is_cached()
    said = []
    fetch.fetch(mirror.url, said.append)
    assert fetch.is_cached()
    assert len(said) == 3 + 2 + 1
    train, test, info = data.load(profile.get("standard"))
    assert info.splits["train"].num_examples == len(list(train)) == 12
    assert len(list(test)) == 6
    sample = next(train.as_numpy_iterator())
    assert sample["image"].shape == (300, 300, 3)
    assert not list(caches.tfds_folder().rglob("*.zip"))


def test_fetching_again_downloads_nothing(mirror):
    fetch.fetch(mirror.url)
    mirror.requests.clear()
    said = []
    fetch.fetch(mirror.url, said.append)
    assert not mirror.requests
    assert all(line.startswith("There already") for line in said)


def test_what_is_damaged_is_fetched_again(mirror):
    fetch.fetch(mirror.url)
    weights = fetch.keras_files()[0].path
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1000])
    shard = next(caches.data_folder(RPS).glob("*/*train.tfrecord*"))
    shard.write_bytes(shard.read_bytes()[:-1000])
    said = []
    fetch.fetch(mirror.url, said.append)
    assert weights.read_bytes() == whole
    assert any("train set is not whole" in line for line in said)
    assert len(list(data.load(profile.get("standard"))[0])) == 12


def test_a_damaged_file_stays_until_a_good_one_is_there(mirror):
    weights = fetch.keras_files()[0].path
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"mine")
    with pytest.raises(FetchError, match="no network"):
        fetch.fetch(CLOSED)
    assert weights.read_bytes() == b"mine"


def test_an_archive_with_another_sum_is_refused(mirror):
    mirror.files["rps.zip"] = mirror.files["rps-test-set.zip"]
    with pytest.raises(FetchError, match=r"rps.zip arrived with another SHA256"):
        fetch.fetch(mirror.url)
    assert not dataset.is_prepared(RPS)


@pytest.mark.parametrize(
    "wrong",
    [b"<html>log in first</html>", b"", weights_file(1000), weights_file(2_257_984, np.nan)],
    ids=["page", "empty", "other weights", "not finite"],
)
def test_a_file_that_is_not_the_weights_is_refused_and_not_gone_on_from(wrong, mirror):
    right = mirror.files[KERAS_NAMES[0]]
    mirror.files[KERAS_NAMES[0]] = wrong
    with pytest.raises(FetchError, match="did not give the file that it should"):
        fetch.fetch(mirror.url)
    assert not fetch.keras_files()[0].path.exists()
    mirror.files[KERAS_NAMES[0]] = right
    fetch.download(fetch.keras_files()[0], mirror.url)
    assert fetch.keras_files()[0].path.read_bytes() == right


def test_data_that_tfds_is_still_preparing_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    unfinished = tmp_path / RPS / "incomplete.ABC_3.0.0"
    unfinished.mkdir(parents=True)
    (unfinished / "dataset_info.json").write_text("{}")
    assert not dataset.is_prepared(RPS)


def test_the_real_data_and_weights_are_found_whole(real_data):
    said = []
    fetch.fetch(CLOSED, said.append)  # nothing is downloaded
    assert len(said) == 4
    assert all(line.startswith("There already") for line in said)
