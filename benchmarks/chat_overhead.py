"""What `utils.chat.chat` costs over plain `model.generate`, in pairs within one run.

    python benchmarks/chat_overhead.py [--pairs 100] [--tokens 48] [--model pocket-chat]

Both write the same number of tokens from the same prompt, in alternating order. The
bar holds for the median of the pairs' ratios: at most 3 % over plain `generate`.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch

from utils.chat import chat, encode
from utils.env import best_device
from utils.models import load

BAR = 1.03
QUESTION = "What is 48 + 67 + 91 + 5 + 30?"


def seconds(call: Callable[[], object]) -> float:
    """Wall time of one call, the GPU's work included."""
    start = time.perf_counter()
    call()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def measure(model, tokenizer, pairs: int, tokens: int) -> list[tuple[float, float]]:
    """(chat, plain) seconds per pair; which one goes first alternates."""
    exactly = {
        "max_new_tokens": tokens,
        "min_new_tokens": tokens,
        "do_sample": False,
        "pad_token_id": tokenizer.pad_token_id,
    }
    messages = [{"role": "user", "content": QUESTION}]

    def plain() -> str:
        inputs = tokenizer.apply_chat_template(
            messages,
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        ).to(model.device)
        output = model.generate(**inputs, **exactly)
        return tokenizer.decode(output[0, inputs["input_ids"].shape[1] :])

    def ours() -> str:
        return chat(model, tokenizer, messages, **exactly).text

    for call in (plain, ours, plain, ours):  # warm up
        call()
    times = []
    for number in range(pairs):
        first, second = (ours, plain) if number % 2 else (plain, ours)
        took = {first: seconds(first), second: seconds(second)}
        times.append((took[ours], took[plain]))
    return times


def main() -> int:
    """Measure and report; 1 if the bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--model", default="pocket-chat", help="a role, name or folder")
    given = parser.parse_args()
    model, tokenizer = load(given.model)
    length = len(encode(tokenizer, QUESTION))
    times = measure(model, tokenizer, given.pairs, given.tokens)
    ratio = statistics.median(ours / plain for ours, plain in times)
    plain = statistics.median(plain for _, plain in times)
    verdict = "within" if ratio <= BAR else "OVER"
    print(
        f"{given.model} on {best_device()}, {torch.get_num_threads()} threads: prompt "
        f"of {length} tokens, {given.tokens} written, {given.pairs} pairs"
    )
    print(f"plain generate, median: {1000 * plain:.1f} ms")
    print(f"chat over generate, median of pairs: {ratio:.4f}, {verdict} the bar {BAR}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
