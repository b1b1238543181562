"""The council itself: types, rules, stages and ports; imports nothing of ours and does no I/O."""
