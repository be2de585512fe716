"""Where the course keeps its files; the one place that knows the layout."""

import os
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parent.parent
COURSE = ROOT / "course"
LESSONS = COURSE / "lessons"
MODELS = COURSE / "models"
FACTS = COURSE / "facts"
CONFIGS = FACTS / "configs"  # published config.json files by repository name
NOTEBOOKS = ROOT / "notebooks"
CHAT_TEMPLATE = ROOT / "utils" / "template" / "chat_template.jinja"
VISION_TEMPLATE = CHAT_TEMPLATE.with_name("vision_template.jinja")
AUDIO_TEMPLATE = CHAT_TEMPLATE.with_name("audio_template.jinja")


def home() -> Path:
    """Folder for a learner's own files (progress, reports), outside the repository.

    `QWEN_COURSE_HOME` overrides the system's user data folder.
    """
    chosen = os.environ.get("QWEN_COURSE_HOME")
    folder = Path(chosen) if chosen else Path(platformdirs.user_data_dir("qwen-course"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
