"""A learner's own recordings: any rate, width and channels; wrong files are named."""

import wave
from pathlib import Path

import numpy as np
import pytest
from tiny_audio import tiny_processor

from utils import audio
from utils.tasks.synthesis import RATE

pytestmark = pytest.mark.unit


def tone(rate: int, hertz: float = 440, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def write_wav(
    path: Path, recording: np.ndarray, rate: int, width: int = 2, channels: int = 1
) -> Path:
    """Write samples from -1 to 1 by the standard library, each channel the same."""
    if width == 1:
        data = np.round(recording * 127 + 128).astype(np.uint8).tobytes()
        frames = [data[i : i + 1] for i in range(len(data))]
    else:
        full = np.round(recording * (2 ** (8 * width - 1) - 1)).astype("<i8")
        frames = [int(v).to_bytes(width, "little", signed=True) for v in full]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"".join(frame * channels for frame in frames))
    return path


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_a_recording_of_any_rate_is_the_same_tone(tmp_path, rate):
    path = write_wav(tmp_path / "a.wav", tone(rate), rate)
    read = audio.read_wav(path, tiny_processor())
    assert read.dtype == np.float32
    assert len(read) == RATE
    np.testing.assert_allclose(read, tone(RATE), atol=0.01)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("width", "off"), [(1, 0.01), (2, 1e-4), (3, 1e-6), (4, 1e-6)])
def test_a_recording_of_any_width_is_the_same_tone(tmp_path, width, off, channels):
    path = write_wav(tmp_path / "a.wav", tone(RATE), RATE, width, channels)
    read = audio.read_wav(path, tiny_processor())
    np.testing.assert_allclose(read, tone(RATE), atol=off)


def test_both_channels_are_heard(tmp_path):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.tile(np.array([16384, 0], "<i2"), RATE).tobytes())
    read = audio.read_wav(path, tiny_processor())
    np.testing.assert_allclose(read, np.full(RATE, 0.25), atol=1e-6)


def test_what_the_new_rate_cannot_hold_is_left_out():
    """11 kHz would fold back to 5 kHz at 16,000 samples a second."""
    high = audio.resample(tone(44_100, 11_000), 44_100, RATE)
    assert np.abs(high).max() < 0.01


def test_a_recording_that_is_too_long_is_refused(tmp_path):
    path = write_wav(tmp_path / "long.wav", tone(RATE, seconds=2.5), RATE)
    with pytest.raises(ValueError, match=r"2\.50 s long .* at most 2 s: cut it"):
        audio.read_wav(path, tiny_processor())
    exact = write_wav(tmp_path / "exact.wav", tone(44_100, seconds=2), 44_100)
    assert len(audio.read_wav(exact, tiny_processor())) == 2 * RATE


def test_an_empty_recording_is_refused(tmp_path):
    path = write_wav(tmp_path / "empty.wav", tone(RATE, seconds=0), RATE)
    with pytest.raises(ValueError, match="record some sound"):
        audio.read_wav(path, tiny_processor())


@pytest.mark.parametrize(
    "data", [b"", b"ID3 this is no WAV", b"RIFF\x24\x00\x00\x00WAVEfmt "]
)
def test_a_file_that_is_no_recording_is_refused(tmp_path, data):
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="save the recording as WAV, 16 bit"):
        audio.read_wav(path, tiny_processor())


def test_floating_point_samples_are_refused(tmp_path):
    path = write_wav(tmp_path / "a.wav", tone(RATE), RATE)
    data = bytearray(path.read_bytes())
    data[20] = 3  # the format: IEEE float instead of PCM
    path.write_bytes(data)
    with pytest.raises(ValueError, match="plain PCM samples"):
        audio.read_wav(path, tiny_processor())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"no file .*none\.wav: check the name"):
        audio.read_wav(tmp_path / "none.wav", tiny_processor())
