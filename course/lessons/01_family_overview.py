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
# answer. Lesson 8 measures how much that helps, what it costs, and how to limit it.
#
# ## What a pocket model is

# %%
from course.facts import figure

ours = model.num_parameters()
smallest = figure("parameters.total").value["Qwen3-0.6B"]
say(
    f"`{type(model).__name__}` with **{ours:,} parameters**. The smallest Qwen3, "
    f"Qwen3-0.6B, has {smallest:,}, which is {smallest / ours:,.0f} times as many."
)

# %% [markdown]
# A *parameter* is one trained number inside the network. What you loaded is a **pocket
# model**: it has the real Qwen3 architecture, run by the same `transformers` class as
# the published checkpoints, with Qwen's special tokens and chat format. It is small
# enough to be trained on a laptop, and it was: it is trained, not random, so its replies
# mean something and you can measure them.
#
# What it lacks is knowledge. Ask it for something it never learned:

# %%
print(ask([{"role": "user", "content": "Who wrote Hamlet?"}], thinking=False))

# %% [markdown]
# One setting swaps the pocket model for a real one: in the second cell of every lesson,
# `PROFILE = "laptop"` loads Qwen3-0.6B instead, and `"t4"` a larger one on a GPU. No
# other line changes. The table at the top says what each profile needs.
#
# ## Is this machine ready?
#
# The cell below reports what the course found. If something in a lesson does not work,
# `python -m course doctor` in a terminal checks every requirement and says what to do
# about the ones that fail.

# %% tags=["nbval-ignore-output"]
from utils import env

print(env.describe())

# %% [markdown]
# ## How a lesson checks your work
#
# You read a little, run a short cell, and predict before you look. Exercises are cells
# with a `...` where your code goes. The last line of such a cell checks your answer and
# says one of three things:
#
# - `✓` and a sentence: done.
# - `not done yet`: the `...` is still there. That is how every exercise looks at first.
# - `✗`, what is wrong, and what most likely caused it. Nothing breaks; try again.
#
# Under each exercise stands a cell with two lines that start with `#`. Take the `#` away
# and run it: `hint(...)` gives a first nudge, and a stronger one each time you run it
# again; `solution(...)` shows one way to do it.
#
# ### Try all three
#
# In the exercise below, run the cell as it is. Then put a wrong number in and run it
# again. Then do it properly.

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
# ## The family
#
# Qwen is a family of *open-weight* models from Alibaba: the trained parameters are
# published, while the training data is not. Most of them, all of Qwen3 among them, carry
# the Apache license; some others restrict commercial use, so read the license of the one
# you take. This is how the generations followed each other:

# %%
released = figure("released")
rows = ["| generation | first open weights |", "|---|---|"]
rows += [f"| {name} | {day} |" for name, day in released.value.items()]
say("\n".join([*rows, "", f"Source: {released.citation}."]))

# %% [markdown]
# With the generations grew the text they were trained on: {{fig:training_tokens:Qwen2}}
# for Qwen2, {{fig:training_tokens:Qwen2.5}} for Qwen2.5 and
# {{fig:training_tokens:Qwen3}} for Qwen3. A *token* is a piece of text, often a word or
# part of one; lesson 2 shows you every one of them.
#
# This course shows numbers of two kinds. Those in a sentence like the last one are
# **published**: they come from one file, and each names its source. All others are
# **measured**: a cell printed them, and you can run it again. Code gets at a published
# figure like this:

# %%
total_parameters = figure("parameters.total")
print(total_parameters.value["Qwen3-30B-A3B"])
print(total_parameters.source)

# %% [markdown]
# ### Reading a name
#
# `Qwen3-30B-A3B` reads: generation, then all parameters in billions (B), then, after the
# A, the *active* ones. Such a model is a *mixture of experts*: for each token it picks a
# few of its many blocks, the experts, and leaves the others out. So it needs the memory
# of the whole and the computing time of a part. A name without an A, like `Qwen3-8B`, is
# *dense*: every parameter works on every token.

# %%
active_parameters = figure("parameters.active")
for name, count in active_parameters.value.items():
    print(f"{name}: {count / 1e9:.1f} billion active")

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
# ### Where a small model keeps its parameters
#
# Before a network can work on tokens it turns each into a list of numbers, its
# *embedding*. That table has a row per token of the vocabulary, and Qwen's vocabulary is
# large: {{fig:qwen3.tokenizer:embedding rows}} rows. `parameters.non_embedding` counts
# everything else.

# %% [markdown]
# ### Exercise: embedding_share
#
# Write a function that takes the name of a model and returns the fraction of its
# parameters that sit in embeddings. Look both counts up with `figure(...)`.


# %% tags=["exercise"]
def embedding_share(name):
    # --- solution
    total = figure("parameters.total").value[name]
    rest = figure("parameters.non_embedding").value[name]
    return (total - rest) / total
    # --- stub
    # total = figure("parameters.total").value[name]
    # return ...  # your code here
    # --- end


check("embedding_share", embedding_share)

# %% [markdown]
# A quarter of the smallest Qwen3 is a table of words. That is one reason why the pocket
# models bring a vocabulary of their own: with Qwen's, nearly all of a pocket model would
# be embeddings.
#
# ### Which one fits?
#
# Published Qwen weights are mostly in `bfloat16`, a format of two bytes per number. So
# the weights alone take two bytes times the count of parameters; lesson 10 shrinks that.

# %% [markdown]
# ### Exercise: largest_fitting
#
# Write a function that takes a memory size in GB (a GB is `1e9` bytes) and a table of
# parameter counts by name, and returns the name of the largest model whose `bfloat16`
# weights fit, or `"none"` where none does.


# %% tags=["exercise"]
def largest_fitting(gigabytes, counts):
    # --- solution
    fitting = [name for name in counts if 2 * counts[name] <= gigabytes * 1e9]
    return max(fitting, key=counts.get, default="none")
    # --- stub
    # return ...  # your code here
    # --- end


check("largest_fitting", largest_fitting)

# %% [markdown]
# ## When it goes wrong
#
# Errors of this course are written for you: one sentence on what is wrong, and what to
# do next. Here is one on purpose. We ask for a model that does not exist:

# %%
from utils.errors import ModelError

try:
    load("crystal-ball")
except ModelError as error:
    print(error)

# %% [markdown]
# When a cell stops with a long red text, its last line says what happened; read that
# first. When a name is unknown although you see it defined, a cell above has not run:
# choose *Run → Run All Above Selected Cell*, then go on.
#
# ## On the real checkpoints
#
# A pocket model adds numbers; a real one solves competition problems, and there too
# thinking is what makes the difference. On the AIME24 problems Qwen3-8B gets
# {{fig:qwen3.aime24.thinking:8B}} right with thinking and
# {{fig:qwen3.aime24.non_thinking:8B}} without. The effect that you saw with three
# numbers is the same one, and the pocket model lets you measure it in seconds.
#
# ## Quiz
#
# Choose an answer to each question; you see at once whether it is right, and why.

# %%
quiz("family_overview")

# %% [markdown]
# ## Your progress
#
# What you have done is kept on this machine only, outside the course's folder.

# %%
progress()

# %% [markdown]
# ## Recap
#
# In this lesson you got replies from a model on your own machine, with and without
# thinking; you know what a pocket model is and how to swap it for a real one; you can
# read a model's name; and you have seen what a check says when an answer is right, wrong
# or missing. Next you open up everything that happened in the first cell.
#
# **Further reading:** the [Qwen3 Technical Report](https://arxiv.org/abs/2505.09388),
# and the [Qwen documentation](https://qwen.readthedocs.io).
