"""Let a Qwen audio model listen: read a recording, ask about it, get replies.

Lesson 06 does it with plain `transformers` first. A recording is a numpy array of
samples from -1 to 1 at the rate of the processor's feature extractor.
"""

import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from transformers import AutoProcessor, BatchFeature, PreTrainedModel, ProcessorMixin

from utils.chat import Reply, write_replies
from utils.encoding import Messages


def load_processor(folder: str | Path) -> ProcessorMixin:
    """The processor of a Qwen2-Audio checkpoint, padding on the left."""
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    processor.tokenizer.padding_side = "left"
    return processor


def read_wav(path: str | Path, processor: ProcessorMixin) -> np.ndarray:
    """A WAV file as the model takes it: one channel, its rate, float32 from -1 to 1.

    Raises ValueError when it is no such file, empty, or longer than the model hears.
    """
    try:
        with wave.open(str(path)) as file:
            channels, width, rate, count, *_ = file.getparams()
            data = file.readframes(count)
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {path}: check the name.") from error
    except (wave.Error, EOFError, OSError) as error:
        raise ValueError(
            f"{path} is no WAV file with plain PCM samples ({error}): save the "
            "recording as WAV, 16 bit."
        ) from error
    recording = _decode(data, width).reshape(-1, channels).mean(axis=1)
    listener = processor.feature_extractor
    check_length(len(recording) / rate, processor, str(path))
    return resample(recording, rate, listener.sampling_rate)


def resample(recording: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """The same sound with `wanted` samples a second instead of `rate`.

    Frequencies that the new rate cannot hold are left out, so nothing is folded back.
    """
    count = round(len(recording) * wanted / rate)
    if count == len(recording):
        return recording.astype(np.float32)
    spectrum = np.fft.rfft(recording)
    scaled = np.fft.irfft(spectrum[: count // 2 + 1], count) * count / len(recording)
    return scaled.astype(np.float32)


def check_length(seconds: float, processor: ProcessorMixin, name: str) -> None:
    """Raise ValueError unless the model hears a recording of that length to its end."""
    listener = processor.feature_extractor
    least = listener.n_fft / listener.sampling_rate
    if not least <= seconds <= listener.chunk_length:
        change = "record some sound" if seconds < least else "cut it shorter"
        raise ValueError(
            f"{name} is {seconds:.2f} s long and the model hears at most "
            f"{listener.chunk_length} s: {change}."
        )


def encode(
    processor: ProcessorMixin, conversations: Sequence[Messages]
) -> BatchFeature:
    """What the model reads: ids and masks [batch, seq], and log-mel features.

    `input_features` is [sounds, mel bins, frames]. Control tokens in a message are
    spelled out as text. Contents are texts, or lists of `{"type": "audio", "audio":
    samples}` and `{"type": "text", "text": ...}`.
    """
    for conversation in conversations:
        for message in conversation:
            _check_sounds(message["content"], processor)
    rate = processor.feature_extractor.sampling_rate
    return processor.apply_chat_template(
        [[dict(message) for message in one] for one in conversations],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
        sanitize_control_tokens=True,
        processor_kwargs={
            "text_kwargs": {"padding": True, "padding_side": "left"},
            "audio_kwargs": {"sampling_rate": rate},
        },
    )


def chat(
    model: PreTrainedModel,
    processor: ProcessorMixin,
    messages: Messages,
    **generate: Any,
) -> Reply:
    """One reply; `generate` goes to `model.generate` unchanged."""
    return chat_batch(model, processor, [messages], **generate)[0]


def chat_batch(
    model: PreTrainedModel,
    processor: ProcessorMixin,
    conversations: Sequence[Messages],
    **generate: Any,
) -> list[Reply]:
    """One reply per conversation, all generated together; see `write_replies`."""
    inputs = encode(processor, conversations).to(model.device)
    if "input_features" in inputs:
        inputs["input_features"] = inputs["input_features"].to(model.dtype)
    return write_replies(
        model,
        processor.tokenizer,
        inputs,
        what="Sounds and text are",
        remedy="drop the oldest turns",
        **generate,
    )


def _check_sounds(content: str | list[dict], processor: ProcessorMixin) -> None:
    parts = [] if isinstance(content, str) else content
    for part in parts:
        if part["type"] != "audio":
            continue
        sound = part.get("audio")
        if not isinstance(sound, np.ndarray) or sound.ndim != 1:
            raise ValueError(
                "A sound is not a row of samples: read it with utils.audio.read_wav."
            )
        seconds = len(sound) / processor.feature_extractor.sampling_rate
        check_length(seconds, processor, "A sound")


def _decode(data: bytes, width: int) -> np.ndarray:
    """Samples of `width` bytes each, as WAV stores them, from -1 to 1."""
    if width == 1:  # the only width without a sign
        return np.frombuffer(data, np.uint8) / 128.0 - 1
    # Filled up to four bytes from below, a sample of any width is one of 32 bits.
    bytes_of = np.frombuffer(data, np.uint8).reshape(-1, width)
    filled = np.zeros((len(bytes_of), 4), np.uint8)
    filled[:, 4 - width :] = bytes_of
    return filled.view("<i4")[:, 0] / 2.0**31
