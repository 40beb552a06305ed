import pytest

from affidavit import providers
from affidavit.scan.code.matched.tables import GRAMMARS
from affidavit.scan.code.sdks import SDKS
from affidavit.scan.code.words import suspicious

HOSTS = (*providers._HOSTS, *(f"x{suffix}" for suffix, _ in providers._BELOW))
REGIONAL = (
    "us-central1-aiplatform.googleapis.com",
    "bedrock-runtime.eu-west-1.amazonaws.com",
    "bedrock-mantle.us-east-1.api.aws",
)


@pytest.mark.parametrize("host", [*HOSTS, *REGIONAL])
def test_every_providers_host_is_suspicious(host: str) -> None:
    assert providers.of(host) != "other"
    assert suspicious(f'URL = "https://{host}/v1"'.encode())


@pytest.mark.parametrize("module", SDKS)
def test_every_sdk_is_suspicious_however_it_is_imported(module: str) -> None:
    package, _, name = module.rpartition(".")
    assert suspicious(f"import {module}".encode())
    assert suspicious(f"from {module} import X".encode())
    assert suspicious(f'import_module("{module}")'.encode())
    if package:
        assert suspicious(f"from {package} import {name}".encode())


def test_every_package_of_other_languages_is_suspicious() -> None:
    for grammar in GRAMMARS.values():
        for module in grammar.others:
            assert suspicious(f'import "{module}"'.encode()), module


@pytest.mark.parametrize(
    "text",
    [
        "task-manager and disk-usage-of-a-very-long-name",
        "we worked together; the agents",
        "print('hello')",
        "sk-short",
    ],
)
def test_ordinary_text_is_not(text: str) -> None:
    assert not suspicious(text.encode())


@pytest.mark.parametrize("prefix", ["sk-", "AIza", "hf_", "fw_"])
def test_a_keys_shape_is(prefix: str) -> None:
    assert suspicious(f"x = '{prefix}{'q8Zr' * 10}'".encode())
    assert not suspicious(f"x{prefix}{'q8Zr' * 10}".encode())
