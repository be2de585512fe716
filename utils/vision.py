"""Show pictures to a Qwen vision model: the processor, and replies to questions.

Lesson 06 does it with plain `transformers` first. transformers builds its combined
processor only where torchvision is installed; elsewhere `PilProcessor` joins the same
parts without the one for videos, and gives the same inputs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import (
    AutoProcessor,
    AutoTokenizer,
    BatchFeature,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ProcessorMixin,
    Qwen3VLProcessor,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
    Qwen2VLImageProcessorPil,
)
from transformers.utils import is_torchvision_available

from utils.chat import Reply, write_replies
from utils.encoding import Messages

VIDEO = {"video_processor_type": "Qwen3VLVideoProcessor"}
SHARED = "patch_size temporal_patch_size merge_size image_mean image_std size".split()


class PilProcessor(Qwen3VLProcessor):
    """Qwen3-VL's processor for text and pictures, without torchvision and videos.

    It is saved as the combined one, which opens the same files where it can be built.
    """

    def __init__(
        self,
        image_processor: Qwen2VLImageProcessorPil,
        tokenizer: PreTrainedTokenizerBase,
        chat_template: str | None = None,
    ) -> None:
        for kind in ("image", "video"):
            token = f"<|{kind}_pad|>"
            setattr(self, f"{kind}_token", token)
            setattr(self, f"{kind}_token_id", tokenizer.convert_tokens_to_ids(token))
        # Not Qwen3VLProcessor's: that one insists on a video processor.
        ProcessorMixin.__init__(
            self, image_processor, tokenizer, chat_template=chat_template
        )

    def to_dict(self) -> dict[str, Any]:
        """What `processor_config.json` says."""
        said = super().to_dict()
        image = said["image_processor"]
        video = VIDEO | {name: image[name] for name in SHARED}
        return said | {"processor_class": "Qwen3VLProcessor", "video_processor": video}


def load_processor(folder: str | Path) -> ProcessorMixin:
    """The processor of a Qwen vision checkpoint, padding on the left."""
    if is_torchvision_available():
        processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    else:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        images = Qwen2VLImageProcessorPil.from_pretrained(folder, local_files_only=True)
        processor = PilProcessor(images, tokenizer, tokenizer.chat_template)
    processor.tokenizer.padding_side = "left"
    return processor


def encode(
    processor: ProcessorMixin, conversations: Sequence[Messages]
) -> BatchFeature:
    """What the model reads: ids and masks [batch, seq], and all patches [patches, dim].

    Control tokens in a message are spelled out as text. Contents are texts, or lists of
    `{"type": "image", "image": PIL}` and `{"type": "text", "text": ...}`.
    """
    return processor.apply_chat_template(
        [list(conversation) for conversation in conversations],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
        sanitize_control_tokens=True,
        processor_kwargs={"padding": True, "padding_side": "left"},
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
    return write_replies(
        model,
        processor.tokenizer,
        inputs,
        what="Pictures and text are",
        remedy="make the pictures smaller or drop the oldest turns",
        **generate,
    )
