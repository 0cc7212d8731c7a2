"""What every module raises when it refuses an input."""


class Reject(Exception):
    """The input breaks a clause; offset is None where the clause states none."""

    def __init__(self, clause, offset=None, reason=""):
        super().__init__(f"{clause} at {offset}: {reason}")
        self.clause = clause
        self.offset = offset
        self.reason = reason


def stage_of(clause):
    """The stage of a rejected count file (driver.md, Run)."""
    if clause.startswith(("fmt.file.", "fmt.header.", "fmt.table.")):
        return "header"
    if clause.startswith("fmt.meta."):
        return "metadata"
    if clause.startswith("fmt.chain.") or clause in (
        "fmt.record.align",
        "fmt.record.first",
        "fmt.record.limit",
        "fmt.record.inside",
    ):
        return "chain"
    return "record"
