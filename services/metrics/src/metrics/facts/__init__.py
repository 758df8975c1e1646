"""The kinds of facts, a file each, found by being here: each module declares the `Facts` that it is named for."""
