# %% [markdown]
# ## A model that reads charts
#
# Here is a bar chart, drawn on the spot. The model that will look at it has fewer
# parameters than a photo from your phone has pixels. It has never seen a photo, only
# charts and plain shapes. Answer the four questions yourself before you run the cell, and
# guess which of them the model gets right.

# %%
from transformers import AutoModelForImageTextToText

from utils import gallery
from utils.models import locate
from utils.tasks.drawing import bar_chart
from utils.vision import load_processor

chart = bar_chart({"A": 60, "B": 35, "C": 80, "D": 20}, top=100, step=20)
gallery.pictures([chart], ["our chart"], "Four bars: A 60, B 35, C 80 and D 20.")
path = locate("vision")
processor = load_processor(path)
model = AutoModelForImageTextToText.from_pretrained(path)


def prepare(picture, question):
    content = [
        {"type": "image", "image": picture},
        {"type": "text", "text": question},
    ]
    return processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    ).to(model.device)


def ask(picture, question):
    inputs = prepare(picture, question)
    output = model.generate(**inputs, max_new_tokens=60)
    new = output[0, inputs["input_ids"].shape[1] :]
    return processor.decode(new, skip_special_tokens=True)


questions = ["Which bar is the tallest?", "What is the value of bar B?"]
questions += ["Is the trend rising, falling or mixed?", "Read the chart."]
for question in questions:
    print(f"{question:40} {ask(chart, question)}")

# %% [markdown]
# Nobody typed the value of bar B anywhere. The model found the letter below the bar, the
# top of the bar, and the numbers on the axis next to that height. The code is the one for
# every Qwen3-VL model: the content of a message becomes a *list* of parts, a picture and a
# text, and a {{term:processor}} takes the place of the tokenizer. Where torchvision is installed,
# `AutoProcessor.from_pretrained(path)` is the usual way to get one; `load_processor` also
# works without it, because we show no videos.
#
# Does it look at all, or has it learned what such charts tend to say? We change the
# picture: other bars, another axis, and a sheet of white paper. Then we ask about our chart
# what nobody has taught the model to answer.

# %%
from PIL import Image

from utils.models import load

model, processor = load("vision")
turned = bar_chart({"A": 20, "B": 80, "C": 35, "D": 60}, top=100, step=20)
rescaled = bar_chart({"A": 6, "B": 3, "C": 8, "D": 2}, top=10, step=2)
blank = Image.new("RGB", (128, 128), "white")
others = {"other bars": turned, "other axis": rescaled, "white paper": blank}
gallery.pictures(
    list(others.values()),
    list(others),
    "Bars of 20, 80, 35 and 60; bars of 6, 3, 8 and 2 below 10; a white square.",
)
for name, picture in others.items():
    print(f"{name:12} {ask(picture, questions[0])} {ask(picture, questions[1])}")
for question in ("Where is bar C?", "Is there a cat?", "What is the title?"):
    print(f"{question:19} {ask(chart, question)}")

# %% [markdown]
# It looks: other bars and another axis give other replies. And it answers about white
# paper and about cats in the same tone. **A vision model always answers**; that there was
# nothing to see, it says only if it was taught to. Both facts stay with us. (From here on
# `load` opens the model, on the device and in the number format that fit the profile.)
#
# ## What a picture becomes
#
# A language model reads a row of tokens, so a picture has to become tokens too. Look at
# what the processor hands over, and at the row of tokens that the model will read.

# %%
from utils import show

inputs = prepare(chart, questions[0])
for name, values in inputs.items():
    print(f"{name:18} {list(values.shape)}")
print("grid (time, rows, columns):", inputs["image_grid_thw"].tolist())
show.tokens(processor.tokenizer, inputs["input_ids"][0].tolist())

# %% [markdown]
# In the text, dark `<|image_pad|>` boxes hold a place for the picture. The pixels travel
# apart from it, in `pixel_values`, cut into {{term:patch|patches}} of `16` by `16` pixels. Each row of
# that table is one patch: three colors of each pixel, and all of it twice, since a video
# gives two frames at a time and a still picture repeats itself. We put the rows back
# together, in the order in which they come, and number the places in the text.

# %%
images = processor.image_processor
side, merge = images.patch_size, images.merge_size
_, rows, columns = inputs["image_grid_thw"][0].tolist()
tiles = inputs["pixel_values"].reshape(-1, 3, 2, side, side)[:, :, 0]
tiles = tiles * images.image_std[0] + images.image_mean[0]  # back to colors, 0 to 1
gallery.patches(tiles.permute(0, 2, 3, 1).numpy(), rows, columns, merge)

# %% [markdown]
# The patches come in blocks of two by two. That is the {{term:merge}}. A network of its own, the
# {{term:vision tower}}, lets all patches look at each other, and at its end each block is pressed
# into **one token**: a vector as long as the embedding of a word. Before the first layer of
# the language model, these vectors are put into the places of the pads. From there on,
# picture and words are one row, and the model treats them alike.
#
# One token stands for a square of pixels whose side is {{fig:vision.token_edge:Qwen3-VL}} in
# Qwen3-VL, ours included, and {{fig:vision.token_edge:Qwen2.5-VL}} in the two generations
# before. The figure shows what that means: the letter below a bar and the top of that bar
# lie in different tokens. Tower and language model have to bring them together.

# %% [markdown]
# ### Exercise: picture_tokens
#
# A picture of any size is first resized so that both sides are multiples of `32` pixels,
# each rounded to the nearest one. Return how many tokens a picture of `width` by `height`
# pixels becomes. All sides are at least `32`, and no other limit applies here.


# %% tags=["exercise"]
def picture_tokens(width, height):
    # --- solution
    return round(width / 32) * round(height / 32)
    # --- stub
    # return ...  # your code here
    # --- end


check("picture_tokens", picture_tokens)

# %% [markdown]
# A row has lost something that a picture has: above and below. Block `6` touches block `2`,
# which came four places earlier. The model is told by *positions*. A word used to have one
# number, its place in the text. In Qwen-VL every token has three: time, row and column. For
# words all three are equal, so text works as ever. What would you expect for the picture?

# %%
positions, _ = model.model.get_rope_index(
    inputs["input_ids"],
    mm_token_type_ids=inputs["mm_token_type_ids"],
    image_grid_thw=inputs["image_grid_thw"],
)
picture, axes = show.canvas("Three positions for each token", "token", "position")
for number, name in enumerate(("time", "row", "column")):
    line, marker = positions[number, 0].tolist(), show.MARKERS[number]
    axes.plot(line, marker, ms=4, color=show.COLORS[number], label=name, alpha=0.7)
axes.legend()
start = inputs["input_ids"][0].tolist().index(processor.image_token_id)
spoken = positions[:, 0, start : start + 8].T.tolist()
show.figure(
    picture,
    "Words have three equal positions. The picture's first eight tokens have (time, "
    f"row, column) = {spoken}.",
)

# %% [markdown]
# ### Exercise: picture_positions
#
# Before the picture and after it, three marks lie on each other. In between, time stands
# still, the rows climb like stairs, and the columns run through again and again. The text
# after the picture goes on right after the **largest** position used so far. Our picture
# of four by four blocks is sixteen tokens long, and takes up only four positions.
#
# `start` is the position of a picture's first token, and the picture has `rows` times
# `columns` tokens. Return a pair: the list of the tokens' `(time, row, column)` positions,
# in the order of the tokens, and the position of the word that follows.


# %% tags=["exercise"]
def picture_positions(start, rows, columns):
    # --- solution
    places = [
        (start, start + row, start + column)
        for row in range(rows)
        for column in range(columns)
    ]
    return places, start + max(rows, columns)
    # --- stub
    # return ...  # your code here
    # --- end


check("picture_positions", picture_positions)

# %% [markdown]
# ## A knob for a bar
#
# Move bar `B`, and change the size at which the chart is drawn. Watch the number of tokens
# and the value that the model reads. Between the grid lines it has to estimate. How far
# is it off, and does a larger picture help?

# %% tags=["nbval-ignore-output"]
from ipywidgets import IntSlider, interact


def read_bar(height, size):
    global model
    model, _ = load("vision")  # open already, unless the lesson went on to sound
    bars = {"A": 60, "B": height, "C": 80}
    drawn = bar_chart(bars, top=100, step=20, size=(size, size))
    caption = f"{(size // 32) ** 2} tokens: {ask(drawn, questions[1])}"
    gallery.pictures([drawn], [caption], f"Bar B at {height}. {caption}")


knob = IntSlider(value=35, min=5, max=100, step=5, continuous_update=False)
_ = interact(read_bar, height=knob, size=[128, 96, 160, 192, 256])

# %% [markdown]
# ## How often is it right?
#
# Four good replies prove little. The tasks of this course draw pictures that training never
# used, know every answer to the pixel, and ask in wordings of which half are new to the
# model as well. We ask several kinds of question, sixty pictures each. A value counts as
# right when it is at most one grid line off, about as well as a glance at a chart. Below
# the shares are eight of the replies, wrong ones first, as far as there are any.

# %%
from utils.evaluate import grade
from utils.tasks import TASKS, draw
from utils.vision import chat_batch


def measure(task, problems):
    def answer(asked):
        return chat_batch(model, processor, asked)

    return grade(answer, task, problems, seed=6)


kinds = ["charts-tallest", "charts-trend", "charts-value", "charts-list"]
kinds += ["shapes-shape", "shapes-color", "shapes-count", "shapes-list"]
results = {kind: measure(TASKS[kind], draw(TASKS[kind], 60, seed=6)) for kind in kinds}
gallery.rates("Right answers by kind of question", results)
wrong = [one for result in results.values() for one in result.graded if not one.right]
right = [one for result in results.values() for one in result.graded[:1] if one.right]
gallery.answers([*wrong[:4], *right][:8])
values = results["charts-value"]
exact = sum(one.reply.text == one.example.reply for one in values.graded)
say(
    f"{len(wrong)} of {60 * len(kinds)} replies are wrong. Of the values "
    f"**{exact / 60:.0%}** are exact, **{values.accuracy:.0%}** within a grid line."
)

# %% [markdown]
# Look at the pictures of the wrong replies, if there are any. Could you have told it from
# these pixels? On an axis to `200`, the height of one pixel is worth about two; two bars
# that differ by less look alike to everybody. Other errors are the model's own, and then it
# states them exactly as it states the truth.
#
# ## More pixels, more tokens, more sight?
#
# The number of tokens grows with the area. You pay for each, and hope to see finer detail.
# Two experiments with the question for a value, on square pictures of `64` to `256`
# pixels, which are `4` to `64` tokens. In the first, charts are *drawn* at that size, so
# the letters keep their height. In the second, every chart is drawn at `192` pixels and
# then *resized*, as a program does that has too large a picture, or hopes for more detail
# from a small one. Where do you expect the lines to end, on the left and on the right?

# %%
from dataclasses import replace

from utils.tasks.charts import Charts
from utils.tasks.pictures import look


def changed(example, change):
    image, text = example.messages[0]["content"]
    return replace(example, messages=[look(change(image["image"]), text["text"])])


sharp = draw(Charts("value", (192, 192)), 40, seed=6)
lines = {"drawn at this size": {}, "drawn at 192, then resized": {}}
for side in (64, 96, 128, 160, 192, 224, 256):
    task, tokens = Charts("value", (side, side)), (side // 32) ** 2
    scaled = [
        changed(one, lambda image, side=side: image.resize((side, side)))
        for one in sharp
    ]
    lines["drawn at this size"][tokens] = measure(task, draw(task, 40, seed=6))
    lines["drawn at 192, then resized"][tokens] = measure(task, scaled)
show.accuracies("Values read, by tokens of the picture", "tokens", lines)
drawn, scaled = (line[64].accuracy for line in lines.values())
say(f"With 64 tokens: **{drawn:.0%}** where drawn so, **{scaled:.0%}** where enlarged.")

# %% [markdown]
# Tokens alone do not read. A model reads best what looks like its training: ours was
# trained on sides of `128` to `192` pixels and on letters of one height. To the left,
# shrinking wipes the letters out, and a chart that is drawn so small has no room for them.
# To the right, enlarging pays for more tokens and adds nothing that was not there before.
# The rule for real models follows: **render larger instead of enlarging**, and crop to what
# the question needs instead of shrinking everything.
#
# ## Pictures in a conversation
#
# A picture is sent once and can be asked about many times: the later turns hold only text.
# Several pictures in one turn are just more parts in the list. With two charts in a turn,
# "the value of bar B" has two answers. Which picture does the model take, and does it help
# to say which one is meant? The cell first holds a conversation, then counts over forty
# pairs of charts.

# %%
import random
import re

from utils.vision import chat

talk = [look(chart, questions[0])]
for question in [*questions[1:], ""]:
    talk.append({"role": "assistant", "content": chat(model, processor, talk).text})
    print(talk[-1]["content"])
    talk.append({"role": "user", "content": question})

rng, letters = random.Random(6), "ABCD"
pairs = [[rng.sample(range(10, 101, 5), 4) for _ in "12"] for _ in range(40)]
for hint in ("", "In the first picture, ", "In the second picture, "):
    asked = []
    for pair in pairs:
        drawn = [
            bar_chart(dict(zip(letters, one, strict=True)), top=100, step=20)
            for one in pair
        ]
        parts = [{"type": "image", "image": picture} for picture in drawn]
        parts.append({"type": "text", "text": hint + "What is the value of bar B?"})
        asked.append([{"role": "user", "content": parts}])
    near = [0, 0]
    for reply, pair in zip(chat_batch(model, processor, asked), pairs, strict=True):
        told = int((re.findall(r"\d+", reply.text) or [-99])[-1])
        near = [
            n + (abs(told - one[1]) <= 5) for n, one in zip(near, pair, strict=True)
        ]
    say(
        f"`{hint or 'no hint'}`: of 40 replies {near[0]} are near the first bar B, "
        f"{near[1]} near the second."
    )

# %% [markdown]
# ### Exercise: collect_images
#
# Ours was trained with one picture in a turn, so whatever these counts show, nobody
# taught it what "first" and "second" mean. Keep it in mind as a limit: this model takes one
# picture at a time. The processor has no such limit, and Qwen3-VL's template can even
# number the pictures: with `add_vision_id=True` it writes `Picture 1: ` before the first.
#
# In many recipes for Qwen-VL you meet a package named `qwen_vl_utils` and its function
# `process_vision_info(messages)`. It walks through the messages, opens every picture (a
# path, an address, or a picture already open), picks frames from videos, and returns them
# in order. It needs torchvision, although its installation does not say so. For pictures
# you can do without it: `apply_chat_template` collects them itself, as you saw. One rule is
# behind both: the template writes a place for each picture as it comes along, and the
# pictures go into these places one after the other.
#
# Return the list of all pictures in `messages` in that order. A content may be a plain
# text or a list of parts, and several turns may hold pictures.


# %% tags=["exercise"]
def collect_images(messages):
    # --- solution
    return [
        part["image"]
        for message in messages
        if not isinstance(message["content"], str)
        for part in message["content"]
        if part["type"] == "image"
    ]
    # --- stub
    # return ...  # your code here
    # --- end


check("collect_images", collect_images)

# %% [markdown]
# ## A picture of your own
#
# A path works in a message as well: `{"type": "image", "path": "my.png"}`. But files carry
# surprises that viewers hide from you. Here are two: a drawing with a transparent
# background, as many programs export it, and a photo that was taken with the phone held
# sideways. A phone stores the pixels as they came and adds a note, the {{term:EXIF orientation}},
# that says how to turn them. We write both files, and open them as most programs do.

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
ink = chart.convert("L").point(lambda gray: 255 * (gray < 250))
drawing = Image.new("RGBA", chart.size)  # black, and fully transparent
drawing.paste(chart, mask=ink)
drawing.save(folder / "drawing.png")
note = Image.Exif()
note[0x0112] = 6  # "turn me by a quarter to the right"
chart.rotate(90, expand=True).save(folder / "photo.jpg", exif=note, quality=95)

files = ("drawing.png", "photo.jpg")
opened = [Image.open(folder / name).convert("RGB") for name in files]
captions = [ask(picture, questions[1]) for picture in opened]
gallery.pictures(
    opened, captions, f"The chart on black, and turned. Replies: {captions}"
)

# %% [markdown]
# ### Exercise: open_picture
#
# Nothing failed, and the model answered both times. Three tools of Pillow put it right.
# `ImageOps.exif_transpose(picture)` turns a picture as its note says.
# `Image.alpha_composite(below, above)` lays one `RGBA` picture over another of the same
# size. `picture.convert(mode)` changes the mode; any picture can become `RGBA`.
#
# Return the picture in the file `path` upright, on white where it is transparent, in mode
# `RGB`. To ask about a file of your own, put it beside this notebook (JupyterLab and Colab
# take files dragged into their file lists) and call
# `ask(open_picture("my.png"), "Which bar is the tallest?")`.

# %% tags=["exercise"]
from PIL import ImageOps


def open_picture(path):
    # --- solution
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")
    # --- stub
    # return ...  # your code here
    # --- end


check("open_picture", open_picture)

# %% [markdown]
# ## Where does it look?
#
# The model cannot point. But we can cover the chart, one block at a time, and see how far
# the probability of its own reply falls. Where that hurts, the reply came from. The cell
# scores the same reply once for each covered picture, all in one batch.

# %%
import torch

question, reply = questions[1], ask(chart, questions[1])
views = [chart]
for block in range(16):
    top, left = block // 4 * 32, block % 4 * 32
    views.append(chart.copy())
    views[-1].paste("white", (left, top, left + 32, top + 32))
rows = [
    [look(view, question), {"role": "assistant", "content": reply}] for view in views
]
inputs = processor.apply_chat_template(
    rows, tokenize=True, return_dict=True, return_tensors="pt"
).to(model.device)
with torch.no_grad():
    scores = model(**inputs).logits[:, :-1].float().log_softmax(-1)
each = scores.gather(-1, inputs["input_ids"][:, 1:, None])[..., 0]
written = len(processor.tokenizer(reply)["input_ids"])
chance = each[:, -written - 2 : -2].sum(-1).exp().cpu()  # without the end of the turn
lost = (1 - chance[1:] / chance[0]).clamp(min=0).reshape(4, 4).numpy()
worst = lost.flatten().argsort()[::-1][:3].tolist()
gallery.heat(
    chart,
    lost,
    f"{question} {reply}",
    f"The probability of the reply {reply!r} falls most when block {worst} is covered.",
)

# %% [markdown]
# Compare with the numbered figure near the beginning. The top of bar `B` lies in the blocks
# `9` and `10`, its letter in `13`, the numbers of the axis at its height in `8`, and the top
# of the axis in `0`. Which of them did this reply need? Covering is a crude probe, since a white block is itself
# something to be seen; but it needs nothing except the model's own probabilities, so it
# works on any model that shows them.
#
# Real Qwen-VL models can point: asked where something is, they write the corners of a box
# as text. This is called {{term:grounding}}, and the vocabulary has tokens for it, such as
# `<|object_ref_start|>` and `<|box_start|>`. What the corners count depends on the
# generation: look up whether they are pixels of the picture *as the processor resized it*
# or parts of a fixed scale, and convert before you draw. Our model was never taught any of
# it. You saw what it says when asked where bar C is.
#
# ## What a picture costs
#
# A picture's tokens are paid like any others: computed once when the prompt is read, and
# kept in the {{term:KV cache}}, the notes that generation looks back on, while the reply is
# written. Here are some sizes under the rule of Qwen3-VL, with the cache that Qwen3-VL-2B
# needs for them, and last our chart as *text*.

# %%
from utils.memory import kv_bytes_per_token

each = kv_bytes_per_token("Qwen/Qwen3-VL-2B-Instruct") / 2**20
sizes = {"our chart": (128, 128), "a screen": (1920, 1080), "a photo": (4032, 3024)}
tokens = {name: round(w / 32) * round(h / 32) for name, (w, h) in sizes.items()}
numbers = "A 60, B 35, C 80, D 20"
tokens[f"the text {numbers}"] = len(processor.tokenizer(numbers)["input_ids"])
rows = [(name, f"{n:,}", f"{n * each:,.1f}") for name, n in tokens.items()]
gallery.table(["what", "tokens", "MiB of cache"], rows)

# %% [markdown]
# ### Exercise: fit_picture
#
# Our small chart costs about as much as its numbers written out, and numbers leave nothing
# to misread: if you have them, send them. A photo at full size costs as much as a long
# report, and most of its pixels show nothing that the question needs. The processor
# has a limit for that. In its file it is called `size`, with the entries `shortest_edge`
# and `longest_edge`; in spite of their names, both count **pixels in all**. A
# `longest_edge` of `262144` allows `256` tokens.
#
# Do what that limit does. Return the size `(width, height)` at which a picture is given
# to the model, so that it becomes at most `most` tokens. Both are multiples of `32`, and
# never less. A picture that fits after rounding keeps its rounded size. A larger one
# shrinks: both sides by the same factor, so that the *area* comes down to `most` blocks.
# Then each side goes *down* to a multiple of `32`, for rounding up could break the limit.

# %% tags=["exercise"]
import math


def fit_picture(width, height, most):
    # --- solution
    columns, rows = round(width / 32), round(height / 32)
    if columns * rows > most:
        factor = math.sqrt(most * 32 * 32 / (width * height))
        columns = max(1, math.floor(width * factor / 32))
        rows = max(1, math.floor(height * factor / 32))
    return 32 * columns, 32 * rows
    # --- stub
    # return ...  # your code here
    # --- end


check("fit_picture", fit_picture)

# %% [markdown]
# ## When it goes wrong: pictures
#
# **A prompt made by hand.** Somebody has read that a picture's place is written as
# `<|vision_start|><|image_pad|><|vision_end|>`, and puts exactly that into a string. Then
# the same with one pad for each token, on twenty scenes of shapes: how many lists are right?


# %%
def by_hand(picture, question, counted=True, marked=True):
    parts = processor.image_processor(picture, return_tensors="pt").to(model.device)
    pads = int(parts["image_grid_thw"].prod()) // merge**2 if counted else 1
    place = "<|vision_start|>" + "<|image_pad|>" * pads + "<|vision_end|>"
    prompt = f"<|im_start|>user\n{place}{question}<|im_end|>\n<|im_start|>assistant\n"
    ids = processor.tokenizer(prompt, return_tensors="pt").to(model.device)
    of_picture = (ids["input_ids"] == processor.image_token_id).int()
    more = {"mm_token_type_ids": of_picture} if marked else {}
    output = model.generate(**ids, **parts, **more, max_new_tokens=40)
    return processor.decode(output[0, ids["input_ids"].shape[1] : -1])


try:
    by_hand(chart, questions[0], counted=False, marked=False)
except ValueError as error:
    print("ValueError:", error)
scenes = draw(TASKS["shapes-list"], 20, seed=7)
for marked in (False, True):
    right = 0
    for scene in scenes:
        image, text = scene.messages[0]["content"]
        reply = by_hand(image["image"], text["text"], marked=marked)
        right += TASKS["shapes-list"].grade(scene, reply)
    print(f"counted, marked {marked!s:5}: {right} of {len(scenes)} lists are right")

# %% [markdown]
# One place, and sixteen tokens that want to sit there: nobody counted the picture's tokens.
# The template writes one pad, and the *processor* repeats it. Repeating it by hand silences
# the error, but `mm_token_type_ids` is still missing, which marks the picture's tokens.
# Without it they get positions as if they were words, one after the other, and the picture
# becomes a strip. A single bar may still be found in it, a scene no longer. The processor
# does all of this. Let it.
#
# **Red is blue.** The second fault raises nothing. Pictures that were read with OpenCV
# have their color channels in the order blue, green, red. Pillow and the model expect red
# first. We ask for colors with the channels right, and turned around.


# %%
def blue_first(image):
    red, green, blue = image.split()
    return Image.merge("RGB", (blue, green, red))


task, problems = TASKS["shapes-color"], draw(TASKS["shapes-color"], 60, seed=7)
swapped = measure(task, [changed(one, blue_first) for one in problems])
shares = {"as drawn": measure(task, problems), "swapped": swapped}
gallery.rates("Colors named rightly", shares)
gallery.answers([one for one in swapped.graded if not one.right][:4])

# %% [markdown]
# The swapped pictures are fine pictures of other colors, and the model names what it was
# given. No reply about shapes or numbers would have shown the fault. So look at a picture
# *as the model gets it*, or ask about something that you know to be red.
#
# ## Listening
#
# An audio model is built the same way: a tower turns a recording into tokens, and a
# language model reads them between the words. Sound is air pressure, measured many
# thousand times a second. Play this one. Four beeps climb.

# %%
import numpy as np
from IPython.display import Audio

from utils.models import unload
from utils.tasks.synthesis import RATE, Sound, synthesize

model = None
unload()  # two real models may not fit side by side
climbing = Sound(
    length=2000,  # milliseconds
    beeps=((150, 180), (550, 180), (950, 180), (1350, 180)),  # start and length
    pitches=(500, 900),  # hertz, from the first beep to the last
    peaks=(0.3, 0.3, 0.3, 0.3),
    overtone=0.0,
    noise=0.0,
    seed=6,
)
clean = synthesize(climbing)  # 16,000 samples a second
Audio(clean[::2], rate=RATE // 2)  # half of them are enough for your ear here

# %%
audio_model, audio_processor = load("audio")


def listen_to(sound, question):
    content = [{"type": "audio", "audio": sound}, {"type": "text", "text": question}]
    text = audio_processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=False,
    )
    inputs = audio_processor(
        text=text, audio=[sound], sampling_rate=RATE, return_tensors="pt"
    )
    return inputs.to(audio_model.device, audio_model.dtype)


def hear(sound, question="How many beeps do you hear?"):
    inputs = listen_to(sound, question)
    output = audio_model.generate(**inputs, max_new_tokens=40)
    new = output[0, inputs["input_ids"].shape[1] :]
    return audio_processor.decode(new, skip_special_tokens=True)


for question in (
    "How many beeps do you hear?",
    "Does the pitch rise or fall?",
    "How many hertz is it?",
):
    print(f"{question:30} {hear(clean, question)}")

# %% [markdown]
# ## From pressure to tokens
#
# `load("audio")` opens a `Qwen2AudioForConditionalGeneration` and its `AutoProcessor`;
# torchvision is not asked for here. The message has the same shape as before, with a part
# of type `audio`. What does the processor make of thirty-two thousand samples?

# %%
inputs = listen_to(clean, "How many beeps do you hear?")
mel = inputs["input_features"][0].float().cpu().numpy()
tokens = int((inputs["input_ids"] == audio_processor.audio_token_id).sum())
gallery.sound(clean, RATE, mel, tokens)

# %% [markdown]
# The middle is a {{term:mel spectrogram}}. Every hundredth of a second, a short piece of the wave
# is taken apart into bands of pitch, and the logarithm of each band's energy is one number.
# The bands are narrow below and wide above, as an ear hears; that scale is called mel. You
# can see the four beeps, each higher than the one before. From here on it is a picture
# with time from left to right. The tower halves the number of steps, thinks, and halves it
# again. So four hundredths of a second make one token: twenty-five tokens a second,
# whatever there was to hear in them.

# %% [markdown]
# ### Exercise: sound_tokens
#
# The tower has room for one length of sound: ours for `2` seconds, Qwen2-Audio's for `30`.
# A shorter sound is filled up with silence on its way through the tower, and the filling
# makes no tokens. A longer one is **cut off**, and nobody is told.
#
# Return the number of tokens for a sound of `seconds` when the tower has room for
# `longest` seconds, at twenty-five tokens a second. A token that is not full is left out.


# %% tags=["exercise"]
def sound_tokens(seconds, longest):
    # --- solution
    return int(min(seconds, longest) * 25)
    # --- stub
    # return ...  # your code here
    # --- end


check("sound_tokens", sound_tokens)

# %% [markdown]
# ## Counting in the noise
#
# How well does it hear when it gets loud around the beeps? {{term:decibel|Decibels}} tell how far the
# beeps stand above the noise: at zero both have the same energy, and every ten more mean
# ten times the energy. Play the sound again, now at zero decibels, and count. Then we take
# forty test sounds at each loudness. In training the beeps stood at least five decibels
# above the noise. Which skill gives way first, counting or pitch?

# %%
loud = synthesize(replace(climbing, noise=0.3 / 2**0.5))
print("in noise:", hear(loud))
print("silence: ", hear(np.zeros_like(loud)))
Audio(loud[::2], rate=RATE // 2)

# %%
from utils import audio
from utils.tasks.base import Example
from utils.tasks.sounds import listen


def in_noise(task, decibels, n=40):
    rng, examples = random.Random(6), []
    for _ in range(n):
        sound = task.sound(rng, "test")
        quietest = min(sound.peaks) / 2**0.5
        sound = replace(sound, noise=quietest / 10 ** (decibels / 20))
        question, right, reply = task.asked(sound, rng, "test")
        messages = [listen(synthesize(sound), question)]
        examples.append(Example(task.name, messages, right, "", reply))
    return examples


def by_ear(asked):
    return audio.chat_batch(audio_model, audio_processor, asked)


tasks = {"how many beeps": TASKS["sounds-count"], "pitch": TASKS["sounds-pitch"]}
heard = {name: {} for name in tasks}
for decibels in (-20, -15, -10, -5, 0, 5, 10, 20, 30):
    for name, task in tasks.items():
        heard[name][decibels] = grade(by_ear, task, in_noise(task, decibels), seed=6)
show.accuracies("Right answers in noise", "decibels above the noise", heard)

# %% [markdown]
# See where each line begins to fall, and compare it with the five decibels of training. A
# beep that drowns is one too few for counting, while a pitch can be told from those that
# are left. And as with white paper, silence gets an answer: how loud it was, the model does
# not say unless you ask for something that it was taught.
#
# ## A recording of your own
#
# A recorder rarely writes what the model wants. It writes whole numbers instead of numbers
# between minus one and one, `44,100` of them a second, for two ears. We write such a file
# with five beeps, and hand the samples of one ear on as they are.

# %%
import wave

times = np.arange(2 * 44_100) / 44_100
beep = ((times + 0.1) % 0.4 > 0.2) * np.sin(2 * np.pi * 600 * times)  # five beeps
ears = np.stack([beep, beep / 2], axis=1)  # [time, channel]
with wave.open(str(folder / "beeps.wav"), "wb") as file:
    file.setparams((2, 2, 44_100, 0, "NONE", ""))  # channels, bytes, rate
    file.writeframes((ears * 8000).astype(np.int16).tobytes())

with wave.open(str(folder / "beeps.wav")) as file:
    raw = np.frombuffer(file.readframes(file.getnframes()), np.int16)
print(len(raw), "samples from", raw.min(), "to", raw.max())
print(hear(raw[::2] / 32768))
try:
    audio_processor(text="<|AUDIO|>", audio=[raw[::2]], sampling_rate=44_100)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ### Exercise: load_sound
#
# The processor does not see how fast samples were taken; it takes them for `16,000` a
# second. So two seconds became five and a half, three times as deep, and of those the tower
# took the first two. Tell it the rate, and it refuses. Always tell it the rate.
#
# Return the samples of the 16-bit WAV file `path` as the model takes them, with `rate`
# samples a second. `file.getparams()` tells channels, bytes, rate and the number of
# samples. Dividing by `32768` brings them between minus one and one. The channels of a
# moment stand side by side, so `samples.reshape(-1, channels).mean(1)` mixes them. Then
# read the wave off at new times: `np.interp(new, old, samples)` gives the values at the
# places `new`, where `old` are the places of the samples. The new places are
# `recorded / rate` old samples apart.


# %% tags=["exercise"]
def load_sound(path, rate):
    # --- solution
    with wave.open(str(path)) as file:
        channels, _, recorded, count, *_ = file.getparams()
        samples = np.frombuffer(file.readframes(count), np.int16) / 32768
    mono = samples.reshape(-1, channels).mean(1)
    places = np.arange(0, len(mono), recorded / rate)
    return np.interp(places, np.arange(len(mono)), mono).astype(np.float32)
    # --- stub
    # return ...  # your code here
    # --- end


check("load_sound", load_sound)

# %% [markdown]
# With it, `hear(load_sound("my.wav", RATE))` listens to a file of yours.
# `utils.audio.read_wav` does the same for WAV files of any width. It also takes out the
# pitches that the new rate cannot hold, which reading off alone would fold back into the
# sound as false ones.
#
# ## When it goes wrong: sound
#
# **Only the beginning was heard.** Twice our sound is four seconds long, and has eight
# beeps.

# %%
twice = np.concatenate([clean, clean])
print("whole: ", hear(twice))
print("pieces:", [hear(piece) for piece in np.split(twice, 2)])
try:
    audio.chat(audio_model, audio_processor, [listen(twice, "How many beeps?")])
except ValueError as error:
    print("utils.audio:", error)

# %% [markdown]
# The processor cut the sound off where the tower's room ends, without a word. A sound that
# is too long has to be cut into pieces *by you*, best where it is quiet, and the answers
# put together. `utils.audio` refuses it instead, and says why.
#
# ## On the real checkpoints
#
# Under `PROFILE = "laptop"` the same cells run on Qwen3-VL-2B, which has
# {{fig:parameters.multimodal:Qwen3-VL-2B}} parameters, of which the vision tower holds
# {{fig:parameters.tower:Qwen3-VL-2B}}, and on Qwen2-Audio-7B with
# {{fig:parameters.multimodal:Qwen2-Audio-7B}}. Patches, merge, positions and pads are the
# same as here, and so are the two calls of the processor. What differs is the world. They
# have seen photos, documents and screens and heard speech, so ask them in whole sentences
# and expect whole sentences back: the strict rules of our tasks will count some good
# replies as wrong. Qwen3-VL reads up to {{fig:context.qwen3_vl:native}}, enough for many
# pictures in one turn. Qwen2-Audio's tower has {{fig:qwen2_audio.encoder:mel bins}} mel bands
# where ours has fewer, and hears {{fig:qwen2_audio.encoder:clip}} seconds at a time. The
# pocket models stand in for them because every step is the same, and a laptop can take
# each step a thousand times.
#
# {{term:omni model|Omni}} models have both towers on one language model, the thinker, and a second part, the
# talker, that speaks the reply. These are the open checkpoints that take sound:

# %%
from utils.published import checkpoints

rows = []
for row in filter(lambda one: "audio" in one.inputs, checkpoints().values()):
    released = row.released if row.verified("released") else "unconfirmed"
    rights = row.license if row.verified("license") else "unconfirmed"
    size, takes = f"{row.total / 1e9:.1f} billion", ", ".join(row.inputs)
    rows.append([row.name, size, takes, released, rights])
gallery.table(["checkpoint", "parameters", "takes", "released", "license"], rows)

# %% [markdown]
# Where it says *unconfirmed*, no source could be found that proves the cell. In Qwen3-Omni
# the thinker is a mixture of experts, of whose thirty billion parameters about three work
# on each token. `transformers` has the thinker as a class of its own,
# `Qwen3OmniMoeThinkerForConditionalGeneration`, and it answers in text. Qwen3-ASR only
# writes down what was said. And Qwen3.5 needs no VL sister: it takes pictures itself.
#
# ## What you can do now
#
# You followed a chart through patches, merge and positions into the row that a language
# model reads, and beeps through a mel spectrogram into the same row. You know what a
# picture or a second of sound costs before you send it, and you can bring files of your own
# into the form a model expects. You have also met faults that raise no error: a picture on
# its side, on black, or with swapped channels, a prompt without marks, a recording taken
# for a slower one, and one that was heard only in part. The habit to take along: **look at
# what the model sees**, listen to what it hears, and ask whether *you* could answer.
#
# Further reading: the [Qwen3-VL repository](https://github.com/QwenLM/Qwen3-VL) and
# the [Qwen2-Audio repository](https://github.com/QwenLM/Qwen2-Audio).

# %%
quiz("vision_and_audio")
