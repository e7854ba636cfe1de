"""format=flowed (RFC 3676): paragraphs that a mailer broke for transport become whole again."""

from __future__ import annotations

SIGNATURE = "-- "


def join_flowed(text: str, *, delete_space: bool) -> str:
    """Return the text with its soft line breaks taken out; quote depth and the signature line stay."""
    out: list[str] = []
    open_depth: int | None = None  # quote depth of a paragraph that goes on
    for line in text.split("\n"):
        depth, content = cut_quote(line)
        content = content.removeprefix(" ")  # space-stuffing, section 4.4
        is_signature = content == SIGNATURE
        is_flowed = content.endswith(" ") and not is_signature
        if is_flowed and delete_space:
            content = content[:-1]
        if open_depth == depth and not is_signature:
            out[-1] += content
        else:
            out.append(f"{'>' * depth} {content}" if depth else content)
        open_depth = depth if is_flowed else None
    return "\n".join(out)


def cut_quote(line: str) -> tuple[int, str]:
    """Return the quote depth and the line without its quote marks."""
    content = line.lstrip(">")
    return len(line) - len(content), content
