# %% [markdown]
# ## Doubling
#
# Qwen's curve on AIME24 reaches {{fig:qwen3.thinking_budget.aime24:8K}} here and
# {{fig:qwen3.thinking_budget.aime24:32K}} at the end. We only double.

# %%
import matplotlib.pyplot as plt
from IPython.display import display

figure, axes = plt.subplots(figsize=(2, 1))
axes.plot([1, 2, 4])
plt.close(figure)
display(figure, metadata={"image/png": {"alt": "A line that doubles: 1, 2, 4."}})

# %%
say(f"Two doublings of 3 give **{3 * 2 * 2}**.")

# %% [markdown]
# ### Exercise: double
#
# Write a function that doubles.


# %% tags=["exercise"]
def double(number):
    # --- solution
    return 2 * number
    # --- stub
    # return ...  # your code here
    # --- end


check("double", double)

# %%
quiz("doubling")

# %%
progress()
