# %% [markdown]
# ## Which one is wrong?
#
# The model we open now has read nothing but small Python functions. It cannot chat. It
# goes on with a text: give it the head of a function, and it writes the body. Here are
# three heads. Each body will look like something a colleague might send you, and one of
# them does not do what its description says. Read them, and place your bet.

# %%
from transformers import AutoModelForCausalLM, AutoTokenizer

from utils.models import locate

tokenizer = AutoTokenizer.from_pretrained(locate("coder"))
model = AutoModelForCausalLM.from_pretrained(locate("coder"))
heads = [
    'def middle(marks):\n    """Return the median of marks, or None if empty."""\n',
    'def steps(n):\n    """Count the Collatz steps from n to 1."""\n',
    'def bargain(xs):\n    """Return the second smallest number in xs, or None."""\n',
]
programs = []
for head in heads:
    inputs = tokenizer(head, return_tensors="pt")
    output = model.generate(**inputs, max_new_tokens=150)
    programs.append(tokenizer.decode(output[0], skip_special_tokens=True))
    print(programs[-1], "\n")

# %% [markdown]
# Reading code for errors is slow, and confidence is contagious. But a program, unlike an
# essay, can be *tried*. Each of the three gets one test: a call whose right result we
# know. The word `sandbox` is explained further down; for now it runs a program and says
# how it ended.

# %%
from utils import sandbox

tests = ["middle([4, 1, 9, 2]) == 3", "steps(6) == 8", "bargain([5, 3, 9, 4]) == 4"]
for program, test in zip(programs, tests, strict=True):
    outcome = sandbox.run(f"{program}\nassert {test}")
    print(f"{outcome.status:6} {test}")

# %% [markdown]
# `ok` means that the program reached its end, `error` that the test stopped it. The one
# that fails is neither shorter nor clumsier than the others. **A language model writes
# what is likely to follow; whether it works is another question, and for code that
# question has a judge.** This lesson is about that judge: first for programs, then for
# mathematics, where a computer algebra system takes the chair.
#
# ## A base model goes on
#
# There was no chat template in that cell, no roles, no question. A {{term:base model}} has been
# trained on plain text and nothing else, and its reply ends where such a text would end:
# it writes `<|endoftext|>`. From here on, `load` opens the model for us.
#
# How sure is it of what it writes? Here is the moment when it must choose what follows
# `if item`, once after a description that says `above`, once after `below`. Guess what
# changes before you run the cell.

# %%
import torch

from utils import show
from utils.models import load

coder = load("coder")  # a pair: model and tokenizer
size = sum(p.numel() for p in coder[0].parameters())
say(
    f"The coder is a `{type(coder[0]).__name__}` with {size / 1e6:.1f} million "
    f"parameters and {len(coder[1]):,} tokens."
)
for word in ("above", "below"):
    text = f'def bills(prices):\n    """Count the numbers in prices {word} 42."""\n'
    text += "    count = 0\n    for item in prices:\n        if item"
    inputs = coder[1](text, return_tensors="pt").to(coder[0].device)
    with torch.no_grad():
        logits = coder[0](**inputs).logits[0, -1].float()
    title = f"The token after “if item”, description says {word}"
    show.next_tokens(coder[1], logits.softmax(-1), title=title, top=3)

# %% [markdown]
# The same sign both times, with hardly a doubt. In training, numbers that were counted by
# size always lay *above* something, so `below` is a word it reads and does not heed.
# **A probability says how usual a text is, not whether it is true.** Confidence will not
# point you to the errors.
#
# ## Fill in the middle
#
# An editor rarely asks for the end of a file. The cursor stands somewhere inside, and
# what comes *after* it matters as much as what comes before. A model that only goes on
# cannot look ahead. The trick is to move the text: show it what is before the cursor, then
# what is after, and let it go on from there. Three control tokens mark the parts. This is
# called {{term:fill in the middle}}, FIM for short.

# %%
from utils.completion import complete

before = 'def factorial(n):\n    """Return the factorial of n."""\n'
for after in ("    return result\n", "    return n * factorial(n - 1)\n"):
    prompt = f"<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>"
    print(before + complete(*coder, prompt).text + after)
show.tokens(coder[1], coder[1](prompt)["input_ids"])

# %% [markdown]
# A loop became a base case, because only that fits. The format is the one of
# [Qwen2.5-Coder, section 3.2.1](https://arxiv.org/abs/2409.12186). In the vocabulary of
# the real models the three tokens are numbers
# {{fig:qwen2_5.code_token_ids:<|fim_prefix|>}},
# {{fig:qwen2_5.code_token_ids:<|fim_suffix|>}} and
# {{fig:qwen2_5.code_token_ids:<|fim_middle|>}}; ours has others under the same names.

# %% [markdown]
# ### Exercise: fim_prompt
#
# An editor knows the `text` of the open file and the position of the `cursor`, a number
# of characters from its start. Return the prompt that asks the coder for what belongs at
# the cursor.


# %% tags=["exercise"]
def fim_prompt(text, cursor):
    # --- solution
    before, after = text[:cursor], text[cursor:]
    return f"<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>"
    # --- stub
    # return ...  # your code here
    # --- end


check("fim_prompt", fim_prompt)

# %% [markdown]
# ## The rest of the repository
#
# A function uses other functions, and those stand in other files. Qwen2.5-Coder was also
# trained on whole repositories written as one text, the {{term:repository context}}: `<|repo_name|>` and the repository's
# name, then for each file `<|file_sep|>`, its path, a line end, and the file's text. The
# file to go on with comes last and stays open.

# %% [markdown]
# ### Exercise: repository_prompt
#
# `files` maps each path to its text, and each text ends in a line end. `current` is the
# path of the file that is being written. Return the prompt in that format: all other files
# in their order, then the current one.


# %% tags=["exercise"]
def repository_prompt(name, files, current):
    # --- solution
    order = [path for path in files if path != current] + [current]
    parts = [f"<|file_sep|>{path}\n{files[path]}" for path in order]
    return f"<|repo_name|>{name}\n" + "".join(parts)
    # --- stub
    # return ...  # your code here
    # --- end


check("repository_prompt", repository_prompt)

# %% [markdown]
# Does more context help our coder? It was trained on single functions, so for it these two
# tokens are words of a language it never learned. A format is only as good as the training
# behind it. We ask the same fresh problems bare, and as the open file of a repository.
# Each reply is judged by running the tests that come with its problem.

# %%
from utils.completion import complete_batch
from utils.evaluate import grade
from utils.tasks import Complete, draw

other = "<|repo_name|>shop\n<|file_sep|>tools.py\ndef half(x):\n    return x / 2\n"


def bare(conversations, opened=""):
    texts = [opened + messages[-1]["content"] for messages in conversations]
    return complete_batch(*coder, texts, max_new_tokens=150)


def in_repository(conversations):
    return bare(conversations, opened=f"{other}<|file_sep|>main.py\n")


problems = draw(Complete(), n=40, seed=5)
alone = grade(bare, Complete(), problems, seed=5)
inside = grade(in_repository, Complete(), problems, seed=5)
say(f"Bare: {alone}.")
say(f"In a repository: {inside}.")

# %% [markdown]
# The other file is of no use: our coder was never shown a second one. Whether the unknown
# tokens do it good or harm, the two intervals say; where they overlap, forty problems are
# too few to tell. A prompt format is part of what a model was trained on, like the chat
# template. Copying one from another model's manual raises no error, and only a measurement
# shows what it did.
#
# ## Run it where it can do no harm
#
# Those tests ran eighty programs that nobody had read. That is the normal case: who
# measures a coder, trains one with rewards, or lets an agent work, runs code by the
# thousand. `exec(reply)` would run it with *your* rights: your files, your keys, your
# network. Nobody needs to be malicious for that to end badly. A model that writes
# `while True` by mistake is enough, or one that learned from the web how scripts clean up
# a folder. So generated code runs in a {{term:sandbox}}: a process of its own with little time,
# little memory, an empty folder, no network, and nothing else in reach. Five programs try
# to get out. What do you expect of each?

# %% tags=["nbval-ignore-output"]
attempts = {
    "read your files": "print(open('/etc/passwd').read())",
    "call home": "import socket; socket.create_connection(('192.0.2.1', 443), 2)",
    "start a program": "import subprocess; subprocess.run(['ls', '/'])",
    "never end": "while True: pass",
    "eat the memory": "x = []\nwhile True: x.append('a' * 10**7)",
}
for what, code in attempts.items():
    outcome = sandbox.run(code, timeout=1)
    reason = outcome.stderr.strip().rpartition("\n")[2].split(":")[0]
    print(f"{what:16} {outcome.status:8} {reason:18} printed: {outcome.stdout!r}")
for layer in sandbox.layers():
    print(layer)

# %% [markdown]
# None of them printed anything. The list below says what stopped them on this machine.
# Several layers stand behind each other, because each alone has had holes. Where a system
# cannot offer enough of them, `sandbox.run` refuses to run anything and says so, unless
# you insist with `accept_weaker=True`. The repository's own tests try over a hundred such
# programs.
#
# ## Tests are the judge
#
# A judge who knows too little lets the wrong ones go. In the first section one test for
# each program was enough, because we were lucky in our choice. Which tests would catch a
# median that is *nearly* right?

# %% [markdown]
# ### Exercise: median_cases
#
# The description says: `Return the median of marks, or None if it is empty.` Complete the
# list of cases, each a list of numbers and the expected result. The check runs a right
# function and five wrong ones against your cases. The right one must pass them all, and
# each wrong one must fail at least one. Think of what a hasty colleague might get wrong.

# %% tags=["exercise"]
median_cases = [
    ([3, 9, 4], 4),
    # --- solution
    ([50, 1, 2], 2),
    ([4, 1], 2.5),
    ([1, 1, 1, 5, 9], 1),
    ([], None),
    # --- stub
    # ...,  # your cases here
    # --- end
]

check("median_cases", median_cases)

# %% [markdown]
# Benchmarks for coders work just so: a description, a hidden list of cases, and a run.
# The larger the list, the fewer wrong programs slip through.
#
# ## Several tries
#
# Greedy decoding writes the same program every time. With sampling, each try is another
# one, and with a judge at hand we may keep whichever passes. How much does that help? We
# ask for less than we want: no description, only a name, and a name cannot say everything.
# What is the largest of *no* numbers: `None`, `0`, `-1`? The tests have an opinion. Ten
# samples for each of eight names, at three temperatures; samples that came out alike are
# run once. What will a low temperature do to the columns, and what a high one?

# %%
import random

from transformers import set_seed

from utils.tasks.code import first_block
from utils.tasks.code.family import families
from utils.tasks.code.program import program as draw_program

TRIES = 10
rng = random.Random(5)
open_ended = [one for one in families().values() if 1 < len(one.constants) <= 3]
asked = [draw_program(rng, "test", rng.choice(open_ended), doc=False) for _ in range(8)]
repeated = [one for one in asked for _ in range(TRIES)]
right = {}
for temperature in (0.05, 0.7, 1.2):
    set_seed(5)
    replies = complete_batch(
        *coder,
        [one.head for one in repeated],
        max_new_tokens=100,
        do_sample=True,
        temperature=temperature,
        top_k=0,
    )
    pairs = zip(repeated, replies, strict=True)
    tested = [f"{one.head}{first_block(r.text)}\n{one.tests}" for one, r in pairs]
    distinct = list(dict.fromkeys(tested))
    outcomes = dict(zip(distinct, sandbox.run_many(distinct), strict=True))
    passed = [outcomes[one].ok for one in tested]
    right[temperature] = [sum(passed[i : i + TRIES]) for i in range(0, 80, TRIES)]
print(f"{'right of ten, at temperature':48}", *(f"{one:5}" for one in right))
for one, *counts in zip(asked, *right.values(), strict=True):
    print(f"{one.head.strip():48}", *(f"{count:5}" for count in counts))

# %% [markdown]
# Read the table by columns. At the lowest temperature the rows differ most: the coder leans
# to one reading of a name, right or wrong. Warmer samples wander between the readings, and
# the rows grow alike.
#
# The usual summary is {{term:pass at k|pass@k}}: the chance that among `k` tries at least one passes. With
# ten samples, of which `c` passed, you might take the share `p = c / 10` and compute
# `1 - (1 - p)^k`. That is too low. It draws with putting back, so one sample can be drawn
# twice, and the twin brings nothing new. The right way draws `k` *different* samples of
# the `n`: of all ways to do that, count those in which every one is wrong. The plot below
# the exercise averages over all eight names. Which temperature will be best for one try,
# and which for ten?

# %% [markdown]
# ### Exercise: pass_at
#
# Of `n` samples, `right` passed. Return the chance that a set of `k` different ones holds
# at least one that passed. `math.comb(a, b)` is the number of ways to choose `b` of `a`
# things; it is `0` where there are too few.

# %% tags=["exercise"]
import math


def pass_at(n, right, k):
    # --- solution
    return 1 - math.comb(n - right, k) / math.comb(n, k)
    # --- stub
    # return ...  # your code here
    # --- end


check("pass_at", pass_at)

# %%
from utils.evaluate import pass_at_k

ks = range(1, TRIES + 1)
picture, axes = show.canvas("A function from its name alone", "tries k", "pass@k (%)")
spoken = []
for number, (temperature, counts) in enumerate(right.items()):
    curve = [100 * sum(pass_at_k(TRIES, c, k) for c in counts) / 8 for k in ks]
    color, marker = show.COLORS[number], show.MARKERS[number]
    name = f"temperature {temperature}"
    axes.plot(ks, curve, color=color, marker=marker, markersize=4, label=name)
    spoken.append(f"{name}: {curve[0]:.0f} % at 1, {curve[-1]:.0f} % at 10")
axes.set(ylim=(0, 103), xticks=(1, 2, 4, 6, 8, 10))
axes.legend(loc="lower right")
show.figure(picture, "pass@k by tries. " + "; ".join(spoken) + ".")

# %% [markdown]
# The coldest line climbs least, since its later tries repeat what the first ones said, right
# or wrong. The warmer ones cover more readings. Heat has a price, too: at the highest
# temperature more programs are broken, and each try is worth less than one at `0.7`.
# Remember what pass@k supposes: somebody who can tell which of the `k` is right. Without
# tests you have one try. And better than trying often would be to ask for what you want:
# the docstring is where the `None` belongs.
#
# ## Mathematics, one step per line
#
# A calculation is a kind of program too: each line follows from those before it, or it
# does not. Here is a classic. Given $f(x) = x^3 + 2x^2 - 5x + 3$, find the *critical
# points*, those $x$ where the slope is zero. The math model is a chat model again, asked
# with the system prompt that Qwen2.5-Math expects.

# %%
from utils.chat import chat

solver = load("math")
RULE = r"Please reason step by step, and put your final answer within \boxed{}."


def ask(question):
    return [{"role": "system", "content": RULE}, {"role": "user", "content": question}]


question = "Find the critical points of f(x) = x³ + 2x² - 5x + 3."
solution_text = chat(*solver, ask(question)).text
print(solution_text)

# %% [markdown]
# It looks like a page from a notebook, which proves nothing: so did the wrong function at
# the start. Who can judge mathematics? A {{term:computer algebra system}} computes with symbols
# by rules that do not guess. We use `sympy` and let it find the answer by itself.

# %%
import sympy

x = sympy.Symbol("x")
f = x**3 + 2 * x**2 - 5 * x + 3
roots = sympy.solve(sympy.diff(f, x))
print("derivative:", sympy.diff(f, x), "  critical points:", roots)
picture, axes = show.canvas("A cubic and its critical points", "x", "f(x)")
xs = [i / 50 - 4 for i in range(331)]
axes.plot(xs, [float(f.subs(x, at)) for at in xs], color=show.COLORS[0])
spots = [(float(root), float(f.subs(x, root))) for root in roots]
for at, height in spots:
    axes.plot([at - 0.7, at + 0.7], [height, height], color=show.COLORS[1])
    axes.plot(at, height, "o", color=show.COLORS[1])
spoken = " and ".join(f"x = {at:.4f}, f(x) = {height:.2f}" for at, height in spots)
show.figure(picture, f"The curve rises, falls and rises; it is flat at {spoken}.")
say(f"The curve is flat at {spoken}.")

# %% [markdown]
# The answers agree, and the picture shows what they mean: a hilltop on the left, a valley
# on the right, and a level line touching each. But is every *line* of the solution
# right? A right answer can follow from two errors that cancel, and a wrong answer has a
# first wrong line, which is what a student wants to know, and a trainer too. So the judge
# must read the model's own lines. `sympy` has a function for text, `sympify`, and it must
# not be used here: it hands the text to Python's `eval`, and a model's reply is text from
# a stranger. `algebra.expression` reads nothing but algebra.

# %%
from utils.tasks import algebra

read = algebra.expression("2x² + 3x(x - 1)")
print(read, "| multiplied out:", sympy.expand(read), "| derivative:", read.diff(x))
try:
    algebra.expression("__import__('os').getcwd()")
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ### Exercise: step_holds
#
# `function` and `claim` are texts, and the model claims that the second is the derivative
# of the first. Return whether that is true. Compare what they mean: `4x + 3x^2` and
# `x(3x + 4)` are the same. A claim that cannot be read does not hold.


# %% tags=["exercise"]
def step_holds(function, claim):
    # --- solution
    derivative = algebra.expression(function).diff(sympy.Symbol("x"))
    try:
        return sympy.expand(derivative - algebra.expression(claim)) == 0
    except ValueError:
        return False
    # --- stub
    # return ...  # your code here
    # --- end


check("step_holds", step_holds)

# %% [markdown]
# `utils.tasks.steps` does that for every kind of line that our solver writes, and names
# the lines that do not follow. On the solution above it finds nothing. Then we play the
# saboteur and turn one number around. Last comes a measurement: twenty fresh polynomials,
# and two questions about each reply. Is the boxed answer right? Does *every* line hold?

# %%
from utils.evaluate import evaluate
from utils.tasks import CriticalPoints, WrittenOut
from utils.tasks.calculus import asked_function
from utils.tasks.steps import wrong_steps

cubic = "x^3 + 2x^2 - 5x + 3"
print("as written:", wrong_steps(solution_text, cubic))
for wrong in wrong_steps(solution_text.replace("76", "67"), cubic):
    print("sabotaged:", wrong)
held = evaluate(*solver, WrittenOut(CriticalPoints()), 20, 5, max_new_tokens=300)
boxed = sum(CriticalPoints().grade(g.example, g.reply.text) for g in held.graded)
say(f"The answer is right in {boxed} of {held.n}. Every line holds: {held}.")
for graded in [g for g in held.graded if not g.right][:2]:
    print(graded.example.messages[-1]["content"])
    print("   ", wrong_steps(graded.reply.text, asked_function(graded.example))[0])

# %% [markdown]
# The two counts answer different questions. The first needs a key with the right answers,
# the second only the question: a solution in which every line holds has earned its answer.
# Where one fails, the printed line is the place where it left the road, and all that
# follows is built on it.
#
# Now a polynomial of your own. The solver learned whole coefficients and powers up to
# four. What does it do with `x^5`, with `x^2/2`, with `sin(x)`? Predict the first line that
# gets a cross.

# %% tags=["nbval-ignore-output"]
from ipywidgets import Text, interact


def solve_and_check(polynomial):
    question = f"Find the critical points of f(x) = {polynomial}."
    reply = chat(*solver, ask(question), max_new_tokens=300)
    try:
        wrong = wrong_steps(reply.text, polynomial)
    except ValueError as error:
        return print(error)
    for number, line in enumerate(reply.text.splitlines(), 1):
        bad = any(one.startswith(f"line {number}:") for one in wrong)
        print("✗" if bad else "✓", line)
    print("\n".join(["", *wrong]))


box = Text(value="x^3 - 6x^2 + 9x", continuous_update=False)
_ = interact(solve_and_check, polynomial=box)

# %% [markdown]
# ## Let it write a program
#
# Sums are an old acquaintance: without thinking the chat model gets long ones wrong, and
# with thinking it gets them right, up to the length it was trained for. There is a third
# way. Let a model write a *program* for the answer, and leave the calculating to Python.
# This is called {{term:program-aided reasoning|program-aided}} or *tool-integrated* reasoning. Here are twelve numbers,
# more than the chat model has ever added.

# %%
import re

chatter = load("chat")
question = "What is " + " + ".join("48 67 91 25 74 12 33 86 51 60 19 7".split()) + "?"
for thinking in (False, True):
    print(f"thinking {thinking!s:5}", chat(*chatter, question, thinking=thinking).text)
head = 'def total(numbers):\n    """Return the sum of all numbers in the list."""\n'
body = first_block(complete(*coder, head).text)
numbers = [int(word) for word in re.findall(r"\d+", question)]
print("a program     ", sandbox.run(f"{head}{body}\ntotal({numbers})").value)
print(head + body)

# %% [markdown]
# The chat model was trained on eight numbers at most: it guesses these twelve or declines
# them. The program does not mind. To be fair: two models share this work, and we lend a hand. A regular expression picks the numbers out of the question, and the description is
# ours. A large model does all of it alone: it reads the question, writes the program, and
# reads what it prints. What we can measure here is the part that matters, who does the
# arithmetic. Each problem gets a description of its own, in wordings that the coder has not
# been trained on.

# %%
from dataclasses import replace

from utils.tasks import Sums


def by_program(conversations):
    asked = [draw_program(rng, "test", families()["sum"]) for _ in conversations]
    written = complete_batch(*coder, [one.head for one in asked], max_new_tokens=80)
    programs = []
    for one, reply, messages in zip(asked, written, conversations, strict=True):
        numbers = [int(w) for w in re.findall(r"\d+", messages[-1]["content"])]
        call = f"{one.name}({numbers})"
        programs.append(f"{one.head}{first_block(reply.text)}\n{call}")
    values = [outcome.value or "" for outcome in sandbox.run_many(programs)]
    return [replace(r, text=v) for r, v in zip(written, values, strict=True)]


ways = {"thinking off": {}, "thinking on": {}, "a program": {}}
for count in (2, 4, 8, 12):
    for name, thinking in (("thinking off", False), ("thinking on", True)):
        ways[name][count] = evaluate(
            *chatter, Sums(count), 10, 5, thinking=thinking, max_new_tokens=200
        )
    problems = draw(Sums(count), n=10, seed=5)
    ways["a program"][count] = grade(by_program, Sums(count), problems, seed=5)
show.accuracies("Three ways to a sum", "numbers to add", ways)
for name, line in ways.items():
    say(f"Twelve numbers, {name}: {line[12]}, {line[12].tokens:.0f} tokens a reply.")

# %% [markdown]
# Without thinking, two numbers are about the limit. With thinking, the line holds up to
# eight, the longest sum it was trained on, and then drops. The program's line does not care
# how many numbers there are: the same few tokens are written, and Python adds. Where it
# misses, nobody added wrongly; the model misread a description or miscopied a name.
#
# Where does this break? Not in the arithmetic. Here are two descriptions just outside
# what the coder has read, each with a call and the value we want.

# %%
for description, parameter, value, wanted in (
    ("Count the numbers in xs below 50.", "xs", [10, 20, 30, 90], 3),
    ("Return the product of the digits of n.", "n", 234, 24),
):
    head = f'def f({parameter}):\n    """{description}"""\n'
    program = head + first_block(complete(*coder, head).text)
    outcome = sandbox.run(f"{program}\nf({value})")
    print(f"{program.rstrip()}\n{outcome.status}, {outcome.value}; wanted {wanted}\n")

# %% [markdown]
# Both programs run, both return a number, and both numbers are wrong. **Running removes
# errors of calculation; errors of understanding stay**, and look more trustworthy than
# before, because a machine computed them. Only a test that knows what was meant can tell.
#
# ## Put it to the vote
#
# Another way to spend more on an answer is to sample several and take the majority:
# {{term:self-consistency}}. For that, answers must be comparable: `x = 1, x = 3` and
# `x = 3, x = 1` should vote together.

# %% [markdown]
# ### Exercise: vote_by_value
#
# `answers` are texts, with `None` where a reply had no answer. `read` turns a text into a
# value, and raises `ValueError` for a text that is no answer. Return the first text of the
# largest group that means the same. Unreadable answers and `None` have no vote; of two
# equal groups the one that was seen first wins; with no votes return `"no answer"`.


# %% tags=["exercise"]
def vote_by_value(answers, read):
    # --- solution
    groups = {}
    for answer in answers:
        try:
            if answer is not None:
                groups.setdefault(read(answer), []).append(answer)
        except ValueError:
            continue
    return max(groups.values(), key=len)[0] if groups else "no answer"
    # --- stub
    # return ...  # your code here
    # --- end


check("vote_by_value", vote_by_value)

# %% [markdown]
# A vote needs no key to the answers. Neither does our judge of steps: it looks only at
# the question and the lines. So the vote has a rival: of the samples, take the first in
# which every line holds. Five samples each for eight problems, at a temperature of `1.4`,
# which is warm enough for slips.

# %%
from utils.chat import chat_batch
from utils.thinking import majority

SAMPLING = {"do_sample": True, "top_k": 0, "max_new_tokens": 300}


def points(text):
    try:
        return algebra.solutions(algebra.boxed(text) or "")
    except ValueError:
        return None


set_seed(5)
problems = draw(CriticalPoints(), n=8, seed=9)
conversations = [one.messages for one in problems for _ in range(5)]
replies = chat_batch(*solver, conversations, temperature=1.4, **SAMPLING)
texts = [reply.text for reply in replies]
scores = {"one sample": 0, "majority of five": 0, "first that checks": 0}
for number, problem in enumerate(problems):
    five = texts[5 * number : 5 * number + 5]
    function, wanted = asked_function(problem), algebra.solutions(problem.answer)
    checked = next((t for t in five if not wrong_steps(t, function)), five[0])
    scores["one sample"] += sum(points(text) == wanted for text in five) / 5
    scores["majority of five"] += majority(map(points, five)) == wanted
    scores["first that checks"] += points(checked) == wanted
shares = {name: 100 * score / len(problems) for name, score in scores.items()}
show.bars("Five samples of each solution", "right answers (%)", shares, unit=" %")

# %% [markdown]
# The vote removes slips, as long as they differ from sample to sample. The judge needs only
# one sound solution among the five, even if the other four agree on something else. That
# is why those who train models to reason look for problems that a program can check.
#
# Both ways share a limit. Ask for something that the solver never learned, a power of
# five, and count what nine voices say.

# %%
from collections import Counter

set_seed(5)
question = ask("What is the derivative of f(x) = x^5 - 2x^3 + 7x?")
replies = chat_batch(*solver, [question] * 9, temperature=1.0, **SAMPLING)
for answer, votes in Counter(algebra.boxed(r.text) for r in replies).most_common(3):
    print(votes, answer)
print("sympy:", sympy.diff(x**5 - 2 * x**3 + 7 * x))

# %% [markdown]
# The voices come from the same weights and share what those never learned. Here more
# samples only make an error look better supported: **a vote measures agreement, not
# truth.**
#
# ## When it goes wrong
#
# **A program that pleases the judge.** Tests run in the same process as the program they
# judge. This one never computes a median, and it passes whatever you write with `assert`.

# %%
cheat = """
class Anything:
    def __eq__(self, other):
        return True

def middle(marks):
    return Anything()
"""
print(sandbox.run(cheat + "assert middle([4, 1]) == 2.5").status)

# %% [markdown]
# No model needs to be wicked to write this. Trained with rewards for passing tests, it
# finds what passes, and this passes. The repair is to keep the verdict out of its reach:
# the program only shows what it found, the expected values never enter the sandbox, and
# the comparison happens out here.

# %%
inputs, expected = [[3, 9, 4], [4, 1], []], [4, 2.5, None]
for name, program in (("the cheat", cheat), ("the coder", programs[0])):
    outcome = sandbox.run(f"{program}\n[middle(one) for one in {inputs}]")
    print(f"{name}: {outcome.value == repr(expected)}, {outcome.value[:21]} ...")

# %% [markdown]
# **A file that speaks of the format.** Somebody edits the very program that builds FIM
# prompts. Its text holds the names of the control tokens, and the tokenizer turns them
# into real ones. The part to write then seems to begin in the first line. No error is
# raised; completions in that one file are strange, and nobody knows why. Tokenizers have
# an option against that, `split_special_tokens=True`. Count the real tags that are left.

# %%
text = 'MIDDLE = "<|fim_middle|>"\n'
middle = coder[1].convert_tokens_to_ids("<|fim_middle|>")
pieces = re.split(r"(?<=<)(?=\|)", text)  # between "<" and "|"
for name, ids in (
    ("as it is", coder[1](text)["input_ids"]),
    ("split_special_tokens", coder[1](text, split_special_tokens=True)["input_ids"]),
    ("cut in two", [i for piece in pieces for i in coder[1](piece)["input_ids"]]),
):
    print(f"{name:21} {ids.count(middle)} real tags among {len(ids)} tokens")

# %% [markdown]
# The option did nothing: in Qwen's vocabularies the FIM tags are added tokens, but they are
# not marked as *special*, so that a program can find them in a reply. What works is to
# encode text that is not ours in pieces that no longer spell a tag, and to put our own tags
# between them as ids, looked up by name. Prompts are then lists of ids, not texts.
#
# ## On the real checkpoints
#
# Under `PROFILE = "laptop"` the same cells run on Qwen2.5-Coder-0.5B-Instruct and
# Qwen2.5-Math-1.5B-Instruct. The coder has read {{fig:qwen2_5_coder.training_tokens}} in
# {{fig:qwen2_5_coder.languages}}, whole repositories among them, so both formats are its
# own; the makers show them with the base models, and `load("Qwen/Qwen2.5-Coder-0.5B")`
# gets one. Nearly right programs stay the trouble at every size: the largest of them,
# Qwen2.5-Coder-32B-Instruct, solves {{fig:qwen2_5_coder.aider}} of the repairs in the
# Aider benchmark, judged by their tests.
#
# `wrong_steps` knows the lines of our solver and no others; with the real math models you
# judge the boxed answer. Their context ends after {{fig:qwen2_5_math.context}}. And one of
# them does alone what took two of ours: with a Python interpreter at hand,
# Qwen2.5-Math-7B-Instruct answers {{fig:qwen2_5_math.math.program:7B}} of the MATH
# benchmark, with plain reasoning {{fig:qwen2_5_math.math.plain:7B}}. The smallest, with a
# program, reaches {{fig:qwen2_5_math.math.program:1.5B}}.
#
# ## What you can do now
#
# You let a base model go on, and fill in the middle, and you know which control tokens say
# so. You ran what it wrote where it can do no harm, wrote tests that catch nearly right
# programs, and counted tries without fooling yourself. You had algebra judged line by line,
# let a program do the arithmetic, and put answers to a vote. One habit to keep: ask of
# every answer who could *check* it, and put the judge where the answer cannot reach it.
#
# Further reading: the [Qwen2.5-Coder report](https://arxiv.org/abs/2409.12186),
# [pass@k, in section 2.1 of the Codex paper](https://arxiv.org/abs/2107.03374),
# [program-aided language models](https://arxiv.org/abs/2211.10435) and
# [self-consistency](https://arxiv.org/abs/2203.11171).

# %%
quiz("coder_and_math")
