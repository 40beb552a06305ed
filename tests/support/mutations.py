"""Small damages to bytes, for the promise that a parser reads only what is printed."""

from hypothesis import strategies as st


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` with a byte changed, dropped, added or doubled, or cut; never `data`."""
    at = draw(st.integers(0, len(data) - 1))
    other = draw(st.binary(min_size=1, max_size=1))
    result = draw(
        st.sampled_from(
            [
                data[:at] + other + data[at + 1 :],
                data[:at] + data[at + 1 :],
                data[:at] + other + data[at:],
                data[:at] + data[at : at + 1] + data[at:],
                data[:at],
            ]
        )
    )
    return result if result != data else data + other
