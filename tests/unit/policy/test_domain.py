from datetime import date
from pathlib import Path

from affidavit import endpoints, providers
from affidavit.calls import HANDSHAKE
from affidavit.policy import domain
from affidavit.policy.domain import DAY, ENDPOINT, MODEL, TERMS, WHERE
from affidavit.policy.globs import Globs
from affidavit.policy.sides import side
from support.comparing import TODAY
from support.policies import SUPPORT, written


def spread(directory: Path, body: str = SUPPORT) -> domain.Domain:
    made = side(written(directory, body))
    return domain.domain([made.policy], made.looks, since=TODAY)


def test_every_provider_has_a_host_that_is_its_own() -> None:
    assert {providers.of(host): host for host in domain._HOSTS.values()} == {
        name: domain._HOSTS[name] for name in providers.PROVIDERS
    }


def test_every_endpoint_is_like_one_of_the_axis(tmp_path: Path) -> None:
    lists = [Globs((p,)).match for p in ("responses", "chat.completions", "files.*")]
    space = spread(
        tmp_path, SUPPORT.replace("chat.completions]", "chat.completions, files.*]")
    )
    axis = {each.endpoint for each in space.axes[ENDPOINT]}

    def fits(name: str) -> tuple[bool, ...]:
        return (name in endpoints.CONNECTIONS, *(match(name) for match in lists))

    assert {fits(name) for name in endpoints.NAMES} <= {fits(name) for name in axis}
    assert any(name.startswith("other:") for name in axis)


def test_only_a_connection_speaks_events(tmp_path: Path) -> None:
    spoken = spread(tmp_path).axes[ENDPOINT]

    assert {e.event for e in spoken if e.endpoint not in endpoints.CONNECTIONS} == {
        None
    }
    assert HANDSHAKE in {e.event for e in spoken}


def test_places_are_spread_out_only_where_somebody_looks(tmp_path: Path) -> None:
    rule = "rules:\n  - {id: r, effect: warn, message: m, all: [{provider: aws}]}\n"

    assert len(spread(tmp_path).axes[WHERE]) == 1
    found = spread(tmp_path, SUPPORT + rule).axes[WHERE]
    assert {place.provider for place in found} == set(providers.PROVIDERS)
    assert all(providers.of(place.host) == place.provider for place in found)


def test_terms_that_are_named_are_those_of_some_call(tmp_path: Path) -> None:
    space = spread(tmp_path, "extends: ['pack:openai-services-agreement']\n" + SUPPORT)

    assert set(space.axes[TERMS]) == {frozenset(), frozenset({"openai"})}
    for wanted in space.axes[TERMS]:
        real = domain.realised(space, {TERMS: (wanted,), MODEL: ("gpt-5",)})
        assert real is not None
        call = domain.call_of({**space.base(), **real}, "support.reply")
        assert domain.binding(space.packs, call) == wanted
        assert call.model is not None
        assert Globs(("gpt-5*",)).match(call.model)


def test_terms_that_no_call_is_under_are_not_realised(tmp_path: Path) -> None:
    space = spread(tmp_path, "extends: ['pack:openai-services-agreement']\n" + SUPPORT)
    here = tuple(place for place in space.axes[WHERE] if place.provider == "openai")

    assert domain.realised(space, {TERMS: (frozenset(),), WHERE: here}) is None


def test_days_begin_with_the_first_that_is_asked_about(tmp_path: Path) -> None:
    found = spread(tmp_path, SUPPORT + "    expires: 2026-12-31\n").axes[DAY]

    assert found == (TODAY, date(2027, 1, 1))


def test_a_number_and_a_truth_value_that_are_equal_are_two_thresholds(
    tmp_path: Path,
) -> None:
    rules = (
        "rules:\n"
        "  - {id: a, effect: warn, message: m, all: [{parameter: {n: true}}]}\n"
        "  - {id: b, effect: warn, message: m, all: [{parameter: {n: '> 1'}}]}\n"
    )
    found = spread(tmp_path, SUPPORT + rules).axes["parameter.n"]

    assert {1, 2} <= {value for value in found if type(value) is int}
