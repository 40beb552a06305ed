import subprocess
import sys

import pytest

from affidavit.scan.code.languages import Language
from affidavit.scan.code.matched.scan import scan, unavailable, version
from support.scanned import codes, found, said

JS, TS, TSX = Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX
GO, JAVA = Language.GO, Language.JAVA
URL = '"https://api.openai.com/v1/responses"'


@pytest.mark.parametrize(
    ("language", "source", "line"),
    [
        (TS, 'import OpenAI from "openai";\nconst c = new OpenAI();', 2),
        (JS, "import { AzureOpenAI as A } from 'openai';\nnew A()", 2),
        (JS, 'const OpenAI = require("openai");\nnew OpenAI()', 2),
        (JS, 'const { OpenAI } = await import("openai");\nnew OpenAI()', 2),
        (TS, 'import * as o from "openai";\nnew o.OpenAI()', 2),
        (TS, 'import { OpenAI } from "openai";\nexport { OpenAI };', 1),
        (TS, 'export { OpenAI } from "openai";', 1),
        (TSX, 'import OpenAI from "openai";\nconst a = <A c={new OpenAI()} />;', 2),
        (
            GO,
            (
                'package a\nimport "github.com/openai/openai-go"\n'
                "func f() { c := openai.NewClient(); _ = c }"
            ),
            3,
        ),
        (
            GO,
            (
                'package a\nimport o "github.com/sashabaranov/go-openai"\n'
                'func f() { c := o.NewClient("x"); _ = c }'
            ),
            3,
        ),
        (
            JAVA,
            (
                "import com.openai.client.okhttp.OpenAIOkHttpClient;\n"
                "class A { Object c = OpenAIOkHttpClient.fromEnv(); }"
            ),
            2,
        ),
        (
            JAVA,
            (
                "import com.azure.ai.openai.OpenAIClientBuilder;\n"
                "class A { Object c = new OpenAIClientBuilder(); }"
            ),
            2,
        ),
    ],
)
def test_a_client_is_found_where_it_is_made_or_else_imported(
    language: Language, source: str, line: int
) -> None:
    assert found(source, language) == [("C101", line)]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (TS, 'import { Anthropic } from "@anthropic-ai/sdk";'),
        (JS, 'const g = require("groq-sdk");'),
        (TS, 'import { openai } from "@ai-sdk/openai";'),
        (GO, 'package a\nimport (\n\t"github.com/anthropics/anthropic-sdk-go"\n)'),
        (JAVA, "import com.anthropic.client.*;"),
        (JAVA, "import dev.langchain4j.model.openai.OpenAiChatModel;"),
    ],
)
def test_other_sdks_are_found_where_they_are_imported(
    language: Language, source: str
) -> None:
    assert codes(source, language) == ["C104"]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (JS, f"fetch({URL})"),
        (TS, f"const U = {URL};\nawait axios.post(U, {{}});"),
        (TS, 'const B = "https://api.openai.com";\nfetch(`${B}/v1`)'),
        (TS, "fetch(`https://${name}.openai.azure.com/x`)"),
        (JS, 'https.request({ hostname: "api.openai.com" })'),
        (JS, 'new WebSocket("wss://api.openai.com/v1/realtime")'),
        (JS, 'execSync("curl https://api.openai.com/v1/models")'),
        (GO, f'package a\nfunc f() {{ http.Post({URL}, "a", nil) }}'),
        (GO, f'package a\nconst u = {URL}\nfunc f() {{ http.NewRequest("POST", u) }}'),
        (GO, 'package a\nfunc f() { u := "https://api.x.ai"; http.Get(u) }'),
        (JAVA, f"class A {{ Object r = URI.create({URL}); }}"),
        (JAVA, f"class A {{ Object r = new URL({URL}); }}"),
        (JAVA, f"class A {{ String u = {URL}; Object r = URI.create(u); }}"),
    ],
)
def test_a_request_past_every_client_is_found(language: Language, source: str) -> None:
    assert set(codes(source, language)) == {"C103"}


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (TS, 'import type { OpenAI } from "openai";'),
        (TS, 'import { OpenAI } from "./openai";'),
        (JS, 'const s = "openai is a company";'),
        (JS, f"// see {URL}"),
        (JS, 'fetch("https://example.com/openai")'),
        (GO, 'package a\nimport "example.com/openai/thing"'),
        (JAVA, "import com.acme.openai.Thing;"),
    ],
)
def test_what_reaches_no_provider_is_not(language: Language, source: str) -> None:
    assert codes(source, language) == []


def test_an_address_that_nothing_known_takes_is_a_warning() -> None:
    (told,) = said(f"const config = {{ url: {URL} }};", JS)
    assert (told.rule, told.level, told.column) == ("C106", "warning", 23)


def test_columns_count_characters() -> None:
    (told,) = said(f'const e = "é😀"; fetch({URL})', JS)
    assert told.column == len('const e = "é😀"; fetch(') + 1


def test_keys_are_found_and_not_shown() -> None:
    key = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6kL9nP2rS5uX8"
    told = said(f'x;\nconst k = "{key}"; // é', TS)
    assert [(each.rule, each.line, each.column) for each in told] == [("C301", 2, 12)]
    assert key[8:] not in told[0].message


@pytest.mark.parametrize(
    "source",
    [
        'import "groq-sdk"; // affidavit: allow C104 -- r',
        '// affidavit: allow C104 -- r\n\n// more\nimport "groq-sdk";',
        '/* affidavit: allow C104 -- r */\nimport "groq-sdk";',
        '/* affidavit: allow-file C104 -- r */\nx();\nimport "groq-sdk";',
    ],
)
def test_waivers_are_the_same_in_their_comments(source: str) -> None:
    assert codes(source, TS) == []


def test_what_is_not_understood_is_said_and_the_rest_is_scanned() -> None:
    source = f"fetch({URL});\n)) class ]] x"
    assert found(source, JS) == [("C103", 1), ("C006", 2)]


def test_without_the_matcher_a_file_is_said_not_to_be_scanned() -> None:
    code = (
        "import sys; sys.modules['ast_grep_py'] = None\n"
        "from affidavit.scan.code.examine import facts_of\n"
        "from affidavit.scan.code.languages import Language\n"
        "(finding,) = facts_of(b'openai', Language.GO).findings\n"
        "print(finding.rule.value, finding.help)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("C004 pip install 'affidavit[scan]'")
    assert unavailable(GO).findings[0].message.startswith("go was not scanned")


def test_the_matchers_version_is_known() -> None:
    assert version()
    assert not scan("", JS)
