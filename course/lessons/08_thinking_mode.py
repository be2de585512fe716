# %% [markdown]
# ## Let it think
#
# Two questions, two ways each. The same weights answer all four times; only one
# argument changes. Guess first which of the four replies are right.

# %%
from utils.chat import chat
from utils.models import load

model, tokenizer = load("chat")
for question in ("What is 31 + 45?", "What is 48 + 67 + 91 + 25 + 74?"):
    for thinking in (True, False):
        reply = chat(model, tokenizer, question, thinking=thinking)
        mode = "on " if thinking else "off"
        print(f"{question:33} thinking {mode}  {reply.text}  ({reply.tokens} tokens)")

# %% [markdown]
# The long sum is `305`. Nothing was retrained between the two modes. To see what was
# different, look at everything the model wrote with thinking on.

# %%
reply = chat(model, tokenizer, "What is 48 + 67 + 91 + 25 + 74?")
print(reply.thinking)

# %% [markdown]
# It wrote down a running sum, one addition per line, and then read the result off its
# own notes. A network does a fixed amount of work per token: our model passes each one
# through five layers, no more for a hard question than for an easy one. Adding five
# numbers in one go does not fit into five layers. Adding two does. Every written line
# is a small result that the next step can look up, so **thinking is computation
# stretched over tokens**. Is that one lucky example? We measure.

# %% [markdown]
# ## How much does it help?
#
# The task `Sums(k)` asks for the sum of `k` numbers in many wordings. We ask sixty
# problems for each length, in both modes. Where do you expect the lines to part?

# %%
from utils.evaluate import evaluate
from utils.tasks import Sums

lines = {"thinking on": {}, "thinking off": {}}
for count in (2, 3, 4, 6, 8):
    for name, line in lines.items():
        thinking = name == "thinking on"
        line[count] = evaluate(
            model, tokenizer, Sums(count), n=60, seed=8, thinking=thinking
        )

# %%
from utils import show

show.accuracies("Right answers by length of the sum", "numbers to add", lines)
on, off = lines["thinking on"][4], lines["thinking off"][4]
say(
    f"Four numbers: **{on.accuracy:.0%}** with thinking, **{off.accuracy:.0%}** "
    f"without. The price: {on.tokens:.0f} tokens per reply instead of {off.tokens:.0f}."
)

# %% [markdown]
# The vertical bars are intervals that hold the true share nineteen times in twenty. Two
# numbers fit into one pass, more or less. From there the lower line falls away while the
# upper one stays. Keep the price in mind: each token costs the same work, so a reply
# that is five times longer takes about five times as long.
#
# Does the same happen in the real family? On the competition problems of AIME24, the makers
# report for Qwen3-8B {{fig:qwen3.aime24.thinking:8B}} with thinking and
# {{fig:qwen3.aime24.non_thinking:8B}} without; on the easier MATH-500 the gap is smaller,
# {{fig:qwen3.math500.thinking:8B}} against {{fig:qwen3.math500.non_thinking:8B}}. Same
# pattern: the harder the problem, the more there is to gain.

# %% [markdown]
# ## What the switch really does
#
# There is no second model and no hidden parameter. The switch is text. Here are the ends
# of both prompts.

# %%
messages = [{"role": "user", "content": "What is 48 + 67?"}]
for thinking in (True, False):
    prompt = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=False, enable_thinking=thinking
    )
    print(thinking, repr(prompt[prompt.index("<|im_start|>assistant") :]))

# %% [markdown]
# With thinking **off**, the template has already written an empty thought and closed it.
# The model sees that it has finished thinking and can only answer. With thinking **on**,
# nothing is added; the model opens `<think>` itself because it was trained to.
#
# Qwen3 also has a {{term:soft switch}}: `/think` or `/no_think` at the end of a user message,
# for people who cannot reach the template. It is ordinary text that training gave a
# meaning to. Look at what the model writes after it.

# %%
for text in ("What is 48 + 67? /think", "What is 48 + 67? /no_think"):
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}],
        add_generation_prompt=True,
        return_tensors="pt",
    ).to(model.device)
    output = model.generate(**prompt, max_new_tokens=60)
    new = output[0, prompt["input_ids"].shape[1] :]
    print(repr(tokenizer.decode(new)))

# %% [markdown]
# After `/no_think` the model still opens a thought and closes it at once. A program that
# reads replies must therefore expect three shapes: a thought, an empty thought, and no
# thought at all. There is a fourth: the model ran out of tokens and never closed it.

# %% [markdown]
# ### Exercise: split_thought
#
# `ids` is the list of new tokens. Return a pair of lists `(thought, answer)`, without the
# two tags. With no `<think>` in `ids`, the thought is empty. If the thought was never
# closed, the answer is empty: an unfinished thought is not an answer. Look the tags up
# by name.


# %% tags=["exercise"]
def split_thought(tokenizer, ids):
    # --- solution
    opening, closing = tokenizer.convert_tokens_to_ids(["<think>", "</think>"])
    if opening not in ids:
        return [], ids
    ids = ids[ids.index(opening) + 1 :]
    if closing not in ids:
        return ids, []
    cut = ids.index(closing)
    return ids[:cut], ids[cut + 1 :]
    # --- stub
    # return ...  # your code here
    # --- end


check("split_thought", split_thought)

# %% [markdown]
# A reader should see the two parts apart as well. `stream` labels each piece with its
# part while it is written, so a page can show the thought in gray, or not at all.

# %%
from utils.chat import stream

part = None
for piece in stream(model, tokenizer, "Add 20, 30 and 45."):
    if piece.part != part:
        part = piece.part
        print(f"\n[{part}]", end=" ")
    print(piece.text.replace("\n", " "), end="")

# %% [markdown]
# ## A limit on thinking
#
# Thoughts of the real models run to thousands of tokens. Somebody pays for them, in
# seconds or in money. Tutorials show an argument for a limit. It does not exist:

# %%
inputs = tokenizer("What is 48 + 67?", return_tensors="pt").to(model.device)
try:
    model.generate(**inputs, thinking_budget=16)
except ValueError as error:
    print(str(error)[:100])

# %% [markdown]
# Why not simply lower `max_new_tokens`? Because then the reply ends inside the thought
# and there is no answer at all. A {{term:thinking budget|budget}} has to make the model stop thinking **and
# answer**: after so many tokens, something must write `</think>`. During generation the
# place for that is a {{term:logits processor}}, a function that may change the scores before a
# token is chosen. This one leaves exactly one choice.

# %%
import torch
from transformers import LogitsProcessor


class CloseAfter(LogitsProcessor):
    def __init__(self, budget, prompt_length):
        self.budget, self.prompt_length = budget, prompt_length
        self.closing = tokenizer.convert_tokens_to_ids("</think>")

    def __call__(self, input_ids, scores):
        written = input_ids[0, self.prompt_length :].tolist()
        if len(written) >= self.budget and self.closing not in written:
            scores[:] = -torch.inf
            scores[0, self.closing] = 0
        return scores


# %%
messages = [{"role": "user", "content": "What is 48 + 67 + 91 + 25 + 74?"}]
prompt = tokenizer.apply_chat_template(
    messages, add_generation_prompt=True, return_tensors="pt"
).to(model.device)
length = prompt["input_ids"].shape[1]
for budget in (14, 27, 40, 64):
    closer = CloseAfter(budget, length)
    output = model.generate(**prompt, logits_processor=[closer], max_new_tokens=99)
    print(budget, repr(tokenizer.decode(output[0, length:])))

# %% [markdown]
# Read the four lines closely; the budgets were chosen to cut at the end of a line. A
# thought that was cut short is closed, and the model answers from what it has. Compare
# the answer with the last number in the cut thought. It reports the running sum it had
# reached: **a cut thought gives the answer to a part of the question**. The reply looks
# as confident as a right one.

# %% [markdown]
# ### Exercise: next_forced
#
# The class above works for one row. Write the decision for any row: `written` holds the
# ids since the prompt. Return the id to force now, or `-1` to leave the row alone. Count
# only tokens **after** the `opening` tag. Leave a row alone that never opened a thought,
# or has closed it.


# %% tags=["exercise"]
def next_forced(written, budget, opening, closing):
    # --- solution
    if opening not in written or closing in written:
        return -1
    used = len(written) - written.index(opening) - 1
    return closing if used >= budget else -1
    # --- stub
    # return ...  # your code here
    # --- end


check("next_forced", next_forced)

# %% [markdown]
# `utils.thinking.ThinkingBudget` is that, for whole batches. It can also write a sentence
# before it closes. [Section 4.3 of the technical report](https://arxiv.org/abs/2505.09388) has
# one: the model is
# told that its time is limited and that it should answer from the thinking it has. Ours
# has never read that sentence, so its budget closes without one. Now we can measure the
# budget: six numbers to add, a growing allowance.

# %%
from utils.evaluate import grade
from utils.tasks import draw
from utils.thinking import chat_with_budget

task = Sums(6)
problems = draw(task, n=50, seed=21)
by_budget = {}
for budget in (0, 18, 36, 54, 72, 90):
    by_budget[budget] = grade(
        lambda asked, limit=budget: chat_with_budget(model, tokenizer, asked, limit),
        task,
        problems,
        seed=21,
    )

# %%
show.accuracies("Accuracy against budget", "tokens allowed", {"six numbers": by_budget})
full = by_budget[90]
half = by_budget[36]
say(f"At 36 tokens **{half.accuracy:.0%}** are right, at 90 **{full.accuracy:.0%}**.")

# %% [markdown]
# The curve is a step. Below the length that this problem needs, the model is almost
# always wrong, because a partial sum is not a sum. Above it, more allowance buys nothing:
# the model stops by itself. Real problems differ in length, so the published curve climbs
# gently instead of jumping. Here is Qwen3-235B-A22B on AIME24, as the makers plotted
# it.

# %%
from course.facts import figure as published

points = published("qwen3.thinking_budget.aime24")
picture, axes = show.canvas("Qwen3-235B-A22B on AIME 2024", "budget", "score (%)")
axes.plot(list(points.value), list(points.value.values()), "o-", color=show.COLORS[0])
axes.axhline(published("qwen3.non_thinking.aime24").value, ls="--", color="#555555")
axes.set_ylim(30, 90)
show.figure(picture, f"Score by thinking budget: {points.value}. Dashed: no thinking.")
say(f"Source: {points.citation}. {points.note}")

# %% [markdown]
# At a budget of one thousand tokens, thinking is worth about as much as none
# ({{fig:qwen3.thinking_budget.aime24:1K}} against {{fig:qwen3.non_thinking.aime24}}); at
# thirty-two thousand it reaches {{fig:qwen3.thinking_budget.aime24:32K}}. So the same
# advice holds for both: a tight budget on a hard problem is the worst of both worlds.
# You pay for a thought and throw it away.
#
# A server often does not let you pass a processor. Then two calls do the same: think for
# a number of tokens, append the closing tag to what came, and ask again.

# %%
from utils.thinking import two_pass

for budget in (16, 64):
    reply = two_pass(model, tokenizer, messages, budget)
    print(budget, repr(reply.thinking[-20:]), reply.text)

# %% [markdown]
# ## What does a right answer cost?
#
# Accuracy alone hides the bill, tokens alone hide the errors. One number joins them: the
# tokens spent, on right and wrong replies alike, divided by the number of right answers.

# %% [markdown]
# ### Exercise: cost_per_right
#
# `tokens` and `right` are lists of equal length: tokens written, and whether the reply
# was right. Return tokens per right answer; with no right answer the cost is infinite,
# `float("inf")`.


# %% tags=["exercise"]
def cost_per_right(tokens, right):
    # --- solution
    return sum(tokens) / sum(right) if any(right) else float("inf")
    # --- stub
    # return ...  # your code here
    # --- end


check("cost_per_right", cost_per_right)

# %%
picture, axes = show.canvas("Price of a right answer", "numbers to add", "tokens")
spoken = []
for number, (name, line) in enumerate(lines.items()):
    price = {k: r.tokens / r.accuracy for k, r in line.items() if r.right}
    axes.semilogy(
        list(price),
        list(price.values()),
        color=show.COLORS[number],
        marker=show.MARKERS[number],
        label=name,
    )
    spoken.append(f"{name}: " + ", ".join(f"{k}: {v:.0f}" for k, v in price.items()))
axes.legend()
show.figure(picture, "Tokens per right answer by numbers to add. " + "; ".join(spoken))

# %% [markdown]
# The scale is logarithmic. For two numbers the short reply can be the cheaper way to a
# right answer. As sums grow, nearly every short reply is wasted, and thinking is not the
# expensive mode but the cheap one. Where no point is drawn, the mode was never right.
#
# ## Ask several times instead?
#
# There is another way to spend tokens: ask the short way many times, with sampling, and
# take the *majority*. This is called {{term:self-consistency}}. A thought about four numbers
# costs as much as several short replies. Which use of the tokens is better?

# %% [markdown]
# ### Exercise: majority
#
# `answers` is a list of texts, with `None` for a reply that had no answer. Return the
# most frequent answer. `None` never wins while there is another; if two are equally
# frequent, the one that came first wins. For a list of nothing but `None`, return
# `"no answer"`.

# %% tags=["exercise"]
from collections import Counter


def majority(answers):
    # --- solution
    votes = Counter(answer for answer in answers if answer is not None)
    return votes.most_common(1)[0][0] if votes else "no answer"
    # --- stub
    # return ...  # your code here
    # --- end


check("majority", majority)

# %%
from transformers import set_seed

from utils.chat import chat_batch
from utils.tasks.sums import last_number
from utils.thinking import majority as vote


def ask_five_times(problems):
    replies = chat_batch(
        model,
        tokenizer,
        [problem.messages for problem in problems],
        thinking=False,
        do_sample=True,
        temperature=1.0,
        num_return_sequences=5,
        max_new_tokens=40,
    )
    return [replies[i : i + 5] for i in range(0, len(replies), 5)]


# %%
set_seed(3)
for count in (2, 3):
    problems = draw(Sums(count), n=50, seed=33)
    once = evaluate(model, tokenizer, Sums(count), n=50, seed=33, thinking=False)
    thought = evaluate(model, tokenizer, Sums(count), n=50, seed=33)
    fives = ask_five_times(problems)
    votes = [vote(last_number(reply.text) for reply in five) for five in fives]
    right = sum(v == p.answer for v, p in zip(votes, problems, strict=True))
    spent = sum(reply.tokens for five in fives for reply in five) / 50
    say(
        f"{count} numbers. One short reply: {once.accuracy:.0%} right, "
        f"{once.tokens:.0f} tokens. Five and a vote: **{right / 50:.0%}**, "
        f"{spent:.0f} tokens. One thought: **{thought.accuracy:.0%}**, "
        f"{thought.tokens:.0f} tokens."
    )

# %% [markdown]
# Both times one thought is right at least as often as the vote, for fewer tokens. Three
# numbers do not fit into one pass: five guesses at a step that the model cannot take agree
# on nothing, or on something wrong. A vote can only remove errors that differ from sample
# to sample. So it pays where a short reply is usually right and sometimes slips, and
# where time matters more than tokens: five samples run side by side, a thought cannot.

# %% [markdown]
# ## Thoughts do not belong in the history
#
# A chat sends the whole conversation with every turn. Thoughts would soon fill it. The
# template therefore removes the thoughts of earlier turns and keeps only the answers.
# Give it a conversation with thoughts inside and count.

# %%
turns = []
for number in (12, 34, 56):
    turns.append({"role": "user", "content": f"What is {number} + 21 + 30 + 9?"})
    full = chat(model, tokenizer, turns)
    said = f"<think>\n{full.thinking}\n</think>\n\n{full.text}"
    turns.append({"role": "assistant", "content": said})
question = {"role": "user", "content": "Now add 5."}
text = tokenizer.apply_chat_template([*turns, question], tokenize=False)
kept = len(tokenizer(text)["input_ids"])
sent = sum(len(tokenizer(m["content"])["input_ids"]) for m in [*turns, question])
say(f"Contents alone: {sent} tokens. Rendered, markers included: {kept} tokens.")

# %% [markdown]
# The model still answers the follow-up, because the sum it needs stands in the answer.
# What if you render by hand, or a program stores only text? Then you strip them yourself.

# %% [markdown]
# ### Exercise: strip_thoughts
#
# Return a new list of messages in which assistant messages have lost everything up to
# and including `</think>` and the line ends after it. Leave all other messages as they
# are: a user may write about `</think>`.


# %% tags=["exercise"]
def strip_thoughts(messages):
    # --- solution
    return [
        {**message, "content": message["content"].split("</think>")[-1].lstrip("\n")}
        if message["role"] == "assistant"
        else message
        for message in messages
    ]
    # --- stub
    # return ...  # your code here
    # --- end


check("strip_thoughts", strip_thoughts)

# %% [markdown]
# ## A knob for the budget
#
# One more look at the cut, now by hand. Move the knob and watch the thought grow and the
# answer change. At which budget does the answer become right, and what is it before?

# %% tags=["nbval-ignore-output"]
from ipywidgets import IntSlider, interact


def with_budget(budget):
    question = "What is 48 + 67 + 91 + 25 + 74?"
    reply = chat_with_budget(model, tokenizer, [question], budget)[0]
    print(f"{reply.thinking}\n→ {reply.text}  ({reply.tokens} tokens)")


knob = IntSlider(value=24, min=0, max=72, step=6, continuous_update=False)
_ = interact(with_budget, budget=knob)

# %% [markdown]
# ## When it goes wrong
#
# A program that was tested with thinking on looks for the end of the thought by a number
# that somebody copied from a tutorial. Then somebody turns thinking off, or changes the
# model.

# %%
prompt = tokenizer.apply_chat_template(
    messages, add_generation_prompt=True, return_tensors="pt", enable_thinking=False
).to(model.device)
output = model.generate(**prompt, max_new_tokens=40)
new = output[0, prompt["input_ids"].shape[1] :].tolist()
try:
    end = new.index(151668)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# Two faults hide in one line. The number belongs to another vocabulary, and with thinking
# off there is no tag to find in the new tokens at all. Catching the error and taking
# position zero, as some tutorials do, is worse: an unfinished thought is then shown as
# the answer. Your `split_thought` has neither fault; here is the library's version on
# the same ids.

# %%
from utils.chat import to_reply

print(to_reply(tokenizer, new))

# %% [markdown]
# ## On the real checkpoints
#
# Under `PROFILE = "laptop"` the same cells run on Qwen3-0.6B, a few minutes instead of
# one. Expect three differences. It thinks in sentences, so set budgets in hundreds. It
# must not be decoded greedily while thinking: the makers recommend a temperature of
# {{fig:qwen3.sampling.thinking:temperature}} and top-p
# {{fig:qwen3.sampling.thinking:top_p}}, and room for {{fig:qwen3.output_length:usual}}.
# And the budget ends with the sentence from the report, which that model understands.
#
# The soft switches belong to the first Qwen3 models only. The releases of the summer after split
# the family: *Instruct* models never think, *Thinking* models always do, and their
# template already opens the thought in the prompt, so a reply holds only the closing
# tag. Qwen3.5 joined both modes again. `utils.chat` reads all of these shapes.
#
# ## What you can do now
#
# You switched thinking on and off and know which text does it. You parsed replies without
# a single hard-coded number, put a limit on thoughts and saw what a cut one answers, and
# you can say what a right answer costs. Two habits to keep: give a budget room or turn
# thinking off, and never store thoughts. The quiz asks for the reasons.
#
# Further reading: [Qwen3 Technical Report, section 4.3 and figure
# 2](https://arxiv.org/abs/2505.09388), and the
# [Qwen documentation](https://qwen.readthedocs.io).

# %%
quiz("thinking_mode")
